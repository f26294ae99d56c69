using System.Threading.Channels;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Engine;

/// <summary>
/// Generates with one model. It has a thread of its own, which alone touches the model's context; callers hand in requests and read events.
/// </summary>
internal sealed class InferenceEngine : IAsyncDisposable
{
    private readonly EngineParts _parts;
    private readonly Channel<Generation> _requests;
    private readonly EngineLoop _loop;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private InferenceEngine(string model, EngineParts parts)
    {
        Model = model;
        _parts = parts;
        var requestsMax = parts.Limits.QueueDepthMax + parts.Limits.SlotsMax;
        _requests = Channel.CreateBounded<Generation>(new BoundedChannelOptions(requestsMax) { SingleReader = true });
        _loop = new EngineLoop(model, parts, _requests.Reader);
    }

    /// <summary>Name of the model.</summary>
    public string Model { get; }

    /// <summary>Load and capacity now.</summary>
    public EngineSnapshot Snapshot => _loop.Snapshot;

    /// <summary>Whether its thread has ended on a defect.</summary>
    public bool IsBroken => _ended.Task.IsFaulted;

    /// <summary>Tokens of one request, prompt and answer together.</summary>
    public int ContextTokens => _parts.Limits.ContextTokens;

    /// <summary>Starts an engine, which takes over the runner.</summary>
    public static InferenceEngine Start(string model, EngineParts parts)
    {
        var engine = new InferenceEngine(model, parts);
        new Thread(engine.Run) { Name = $"engine {model}", IsBackground = true }.Start();
        EngineLog.EngineStarted(parts.Logger, model, parts.Limits.SlotsMax, parts.Runner.KvCells, parts.Limits.ContextTokens);
        return engine;
    }

    /// <summary>Hands in a request. Its outcome, refusals included, comes through its events.</summary>
    public Generation Submit(GenerationRequest request)
    {
        var room = ContextTokens - request.Prompt.Count;
        var endsAt = _parts.Time.GetUtcNow() + _parts.Limits.GenerationTimeMax;
        var generation = new Generation(
            request,
            Math.Min(room, request.CompletionTokensMax ?? room),
            _parts.Time.GetTimestamp(),
            request.Deadline < endsAt ? request.Deadline.Value : endsAt);
        if (!_requests.Writer.TryWrite(generation)) generation.End(Refusal());
        return generation;
    }

    /// <summary>Stops the thread and frees the context. Unfinished requests are ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _requests.Writer.TryComplete();
        await _stop.CancelAsync();
        await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private MillraceException Refusal() =>
        IsBroken ? EngineRefusals.Broken()
        : _stop.IsCancellationRequested ? EngineRefusals.Stopped()
        : EngineRefusals.QueueFull(_parts.Limits.QueueDepthMax, Snapshot.RetryAfter);

    private void Run()
    {
        try
        {
            _loop.Run(_stop.Token);
            _ended.SetResult();
        }
        catch (Exception error)
        {
            _ended.SetException(error);
        }
        finally
        {
            EndUntaken();
            _parts.Runner.Dispose();
        }
    }

    private void EndUntaken()
    {
        // Closed first: a request that gets in after this would wait for a thread that is gone.
        _requests.Writer.TryComplete();
        while (_requests.Reader.TryRead(out var generation)) generation.End(Refusal());
    }
}
