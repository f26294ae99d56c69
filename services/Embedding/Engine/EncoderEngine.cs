using System.Threading.Channels;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Engine;

/// <summary>
/// Runs one encoder. One thread owns the native context; texts come in by a bounded channel and are computed together with
/// whatever else waits at that moment: while a batch runs the next one gathers, so that batches grow with the load and a lone
/// text never waits for company.
/// </summary>
internal sealed class EncoderEngine : IAsyncDisposable
{
    private readonly string _name;
    private readonly LlamaContext _context;
    private readonly LlamaBatch _batch;
    private readonly Channel<EncodeJob> _jobs;
    private readonly List<EncodeJob> _running = [];
    private readonly EncoderMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private EncodeJob? _next;
    private volatile bool _stopped;

    /// <summary>Starts the engine; it owns the context from now on.</summary>
    public EncoderEngine(string name, LlamaContext context, int queueTextsMax, EncoderMetrics metrics, ILogger logger)
    {
        _name = name;
        _context = context;
        _metrics = metrics;
        _logger = logger;
        _batch = new LlamaBatch(context.BatchTokensMax);
        _jobs = Channel.CreateBounded<EncodeJob>(new BoundedChannelOptions(queueTextsMax) { SingleReader = true });
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Whether the engine failed and computes nothing any more.</summary>
    public bool IsBroken => _stopped;

    /// <summary>Most tokens of one text.</summary>
    public int TextTokensMax => Math.Min(_context.BatchTokensMax, _context.Model.Metadata.ContextTokensTrained);

    /// <summary>Computes the pooled output of each text.</summary>
    /// <param name="texts">Their tokens; each 1 to <see cref="TextTokensMax"/>.</param>
    /// <param name="cancellationToken">Texts not yet begun are dropped.</param>
    /// <returns>One vector per text: its embedding, or a reranker's scores.</returns>
    /// <exception cref="MillraceException">Too many texts wait (queue_full), or the engine failed (model_unavailable).</exception>
    public async Task<float[][]> EncodeAsync(IReadOnlyList<LlamaToken[]> texts, CancellationToken cancellationToken)
    {
        var jobs = new EncodeJob[texts.Count];
        for (var i = 0; i < jobs.Length; i++)
        {
            jobs[i] = new EncodeJob(texts[i], cancellationToken);
            if (!_jobs.Writer.TryWrite(jobs[i])) Refuse(jobs.AsSpan(0, i));
        }

        return await Task.WhenAll(jobs.Select(job => job.Result.Task)).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _jobs.Writer.TryComplete();
        await _loop;
        _context.Dispose();
    }

    private void Refuse(ReadOnlySpan<EncodeJob> admitted)
    {
        foreach (var job in admitted) job.Result.TrySetCanceled();
        throw IsBroken
            ? Stopped()
            : new MillraceException(Reason.QueueFull, $"Too many texts wait for {_name}. Try again in a moment, or send fewer at once.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
    }

    private void Run()
    {
        try
        {
            while (TryGather()) Compute();
        }
        catch (Exception error)
        {
            EngineLog.EngineFailed(_logger, _name, error);
        }
        finally
        {
            FailEverythingLeft();
        }
    }

    private void FailEverythingLeft()
    {
        _stopped = true;
        _jobs.Writer.TryComplete();
        foreach (var job in _running) job.Result.TrySetException(Stopped());
        _next?.Result.TrySetException(Stopped());
        while (_jobs.Reader.TryRead(out var job)) job.Result.TrySetException(Stopped());
    }

    private MillraceException Stopped() =>
        new(Reason.ModelUnavailable, $"The engine of {_name} has stopped. Restart the embedding service.");

    /// <summary>Fills the batch with what waits; blocks until something does. False when the engine is closed and empty.</summary>
    private bool TryGather()
    {
        _running.Clear();
        _batch.Clear();
        while (TryTake(wait: _running.Count == 0) is { } job)
        {
            if (job.Cancelled) continue;
            if (_running.Count == _context.SequencesMax || _batch.Count + job.Tokens.Length > _batch.Capacity)
            {
                _next = job;
                break;
            }

            Add(job);
        }

        return _running.Count > 0;
    }

    private EncodeJob? TryTake(bool wait)
    {
        if (_next is { } kept)
        {
            _next = null;
            return kept;
        }

        if (_jobs.Reader.TryRead(out var job)) return job;
        if (!wait) return null;

        // The thread is the engine's own: it has nothing else to do than to wait here.
        return _jobs.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult() && _jobs.Reader.TryRead(out job) ? job : null;
    }

    private void Add(EncodeJob job)
    {
        var sequence = new LlamaSequenceId(_running.Count);
        for (var i = 0; i < job.Tokens.Length; i++) _batch.Add(job.Tokens[i], i, sequence, output: true);
        _running.Add(job);
    }

    private void Compute()
    {
        _context.Memory?.Clear();
        var result = _context.Decode(_batch);
        if (result != DecodeResult.Ok)
            throw new InvalidOperationException(
                $"llama.cpp answered {result} to a batch of {_batch.Count} tokens of {_running.Count} texts.");

        _metrics.BatchComputed(_name, _running.Count, _batch.Count);
        for (var i = 0; i < _running.Count; i++)
            _running[i].Result.TrySetResult(_context.GetSequenceEmbedding(new LlamaSequenceId(i)).ToArray());
    }
}

/// <summary>One text on its way through the engine.</summary>
internal sealed class EncodeJob(LlamaToken[] tokens, CancellationToken cancellationToken)
{
    public LlamaToken[] Tokens { get; } = tokens;

    public bool Cancelled => cancellationToken.IsCancellationRequested || Result.Task.IsCompleted;

    /// <summary>Completes elsewhere, so that the engine's thread never runs its caller's code.</summary>
    public TaskCompletionSource<float[]> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
