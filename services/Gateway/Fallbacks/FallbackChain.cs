using System.Runtime.ExceptionServices;
using System.Text.Json.Nodes;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Fallbacks;

/// <summary>
/// Asks the next model when one fails before its first token, with the prompt made anew for its tokenizer and its context. Nothing has
/// reached the caller by then and a generation changes nothing anywhere, so that asking again is safe. After the first token nobody else
/// is asked: two models' halves are no answer.
/// </summary>
public sealed class FallbackChain(ChatPlanner planner, ResilienceTelemetry telemetry)
{
    /// <summary>Begins an answer.</summary>
    /// <param name="run">The request; its plan becomes that of the model which answers.</param>
    /// <param name="attempt">Has the plan's model asked.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MillraceException">Every model failed; it is the first one's failure.</exception>
    public async Task<BegunAnswer> BeginAsync(ChatRun run, Func<Task<BegunAnswer>> attempt, CancellationToken cancellationToken)
    {
        var names = new Queue<string>(run.Plan.Fallbacks);
        if (names.Count == 0) return await attempt();
        MillraceException? first = null;
        while (true)
        {
            MillraceException failure;
            try
            {
                return await (await attempt()).BeginAsync(cancellationToken);
            }
            catch (MillraceException error) when (MayFallBack(error, isFirst: first is null, cancellationToken))
            {
                failure = error;
                first ??= error;
            }

            if (await NextAsync(names, run.Plan, cancellationToken) is not { } next) ExceptionDispatchInfo.Throw(first);
            else FallBack(run, next, failure.Reason);
        }
    }

    // A model whose context is too small for what is asked is no answer to the failure of another one.
    private static bool MayFallBack(MillraceException error, bool isFirst, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && (error.Reason is Reason.UpstreamUnavailable or Reason.ModelUnavailable or Reason.QueueFull or Reason.Draining
                or Reason.DeadlineExceeded or Reason.ModelNotFound
            || (!isFirst && error.Reason == Reason.ContextLengthExceeded));

    private async Task<ChatPlan?> NextAsync(Queue<string> names, ChatPlan plan, CancellationToken cancellationToken)
    {
        while (names.TryDequeue(out var name))
            if (await planner.FindFallbackAsync(plan, name, cancellationToken) is { } next) return next;
        return null;
    }

    private void FallBack(ChatRun run, ChatPlan next, Reason reason)
    {
        var (from, to) = (run.Plan.Model.Name, next.Model.Name);
        run.Decide("fallback", to, new JsonObject { ["instead_of"] = from, ["error"] = reason.Info().Code });
        run.Degrade(DegradedModes.Fallback);
        telemetry.FellBack(from, to);
        run.Plan = next;
    }
}
