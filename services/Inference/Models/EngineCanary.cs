using Millrace.Inference.Engine;
using Millrace.Inference.Scheduling;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models;

/// <summary>
/// Finds out whether an engine really generates: by one token through its queue, scheduler and model. An engine that made steps since the
/// last time has shown it already, and is not troubled.
/// </summary>
internal sealed class EngineCanary(TimeProvider time)
{
    private long _stepsSeen = -1;
    private InferenceEngine? _engine;

    /// <summary>Checks an engine.</summary>
    /// <returns>What is wrong with it; null when it works.</returns>
    public async Task<string?> CheckAsync(InferenceEngine engine, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (engine.IsBroken) return "it failed on a defect";
        var steps = engine.Snapshot.StepsTotal;
        var isKnown = ReferenceEquals(Interlocked.Exchange(ref _engine, engine), engine);
        if (isKnown && Interlocked.Exchange(ref _stepsSeen, steps) != steps) return null;
        var problem = await AskAsync(engine, limit, cancellationToken);
        Interlocked.Exchange(ref _stepsSeen, engine.Snapshot.StepsTotal);
        return problem;
    }

    private async Task<string?> AskAsync(InferenceEngine engine, TimeSpan limit, CancellationToken cancellationToken)
    {
        var generation = engine.Submit(new GenerationRequest
        {
            Prompt = [0],
            CompletionTokensMax = 1,
            FairnessKey = "canary",
            Class = SequenceClass.Interactive,
            IgnoreEnd = true,
        });
        try
        {
            while (await generation.Events.WaitToReadAsync(cancellationToken).AsTask().WaitAsync(limit, time, cancellationToken))
                while (generation.Events.TryRead(out _))
                {
                    // That there is one is all that is wanted.
                }

            return null;
        }
        catch (TimeoutException)
        {
            return $"it gave no token within {limit.TotalSeconds:0.#} s";
        }
        catch (MillraceException error) when (error.Reason == Reason.QueueFull)
        {
            // Full of requests is not broken; whether it works on them is seen the next time, by its steps.
            return null;
        }
        catch (MillraceException error)
        {
            return error.Message;
        }
        finally
        {
            generation.Cancel();
        }
    }
}
