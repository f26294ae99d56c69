using System.Threading.Channels;
using Millrace.Inference.KvCache;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Engine;

/// <summary>
/// Generates with one model. It has a thread of its own, which alone touches the model's context; callers hand in requests and read events.
/// </summary>
internal sealed class InferenceEngine : IAsyncDisposable
{
    private readonly EngineParts _parts;
    private readonly Channel<EngineRequest> _requests;
    private readonly EngineLoop _loop;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private InferenceEngine(string model, EngineParts parts)
    {
        Model = model;
        _parts = parts;
        var requestsMax = parts.Limits.QueueDepthMax + parts.Limits.SlotsMax;
        _requests = Channel.CreateBounded<EngineRequest>(new BoundedChannelOptions(requestsMax) { SingleReader = true });
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
            request.Deadline < endsAt ? request.Deadline.Value : endsAt,
            _parts.Time);
        Post(generation);
        return generation;
    }

    /// <summary>The computed state of a beginning that is in the cache, as bytes.</summary>
    /// <exception cref="MillraceException">It is not in the cache, or the engine has ended.</exception>
    public Task<byte[]> SaveStateAsync(CacheKey key, IReadOnlyList<int> tokens)
    {
        var command = new SaveState(key, tokens);
        Post(command);
        return command.Result;
    }

    /// <summary>Puts a saved state into the cache.</summary>
    /// <returns>False when running requests leave no room for it.</returns>
    /// <exception cref="LlamaException">The state is damaged, or of another model.</exception>
    /// <exception cref="MillraceException">The engine has ended.</exception>
    public Task<bool> RestoreStateAsync(CacheKey key, IReadOnlyList<int> tokens, byte[] state)
    {
        var command = new RestoreState(key, tokens, state);
        Post(command);
        return command.Result;
    }

    /// <summary>Forgets what was computed with an adapter that is gone.</summary>
    public Task ForgetAdapterAsync(int adapter)
    {
        var command = new ForgetAdapter(adapter);
        Post(command);
        return command.Result;
    }

    /// <summary>Stops the thread and frees the context. Unfinished requests are ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _requests.Writer.TryComplete();
        await _stop.CancelAsync();
        await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Post(EngineRequest request)
    {
        if (!_requests.Writer.TryWrite(request)) request.Refuse(Refusal());
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
            _parts.Drafter?.Dispose();
            _parts.Runner.Dispose();
        }
    }

    private void EndUntaken()
    {
        // Closed first: a request that gets in after this would wait for a thread that is gone.
        _requests.Writer.TryComplete();
        while (_requests.Reader.TryRead(out var request)) request.Refuse(Refusal());
    }
}
