using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Engine;

/// <summary>
/// Runs one encoder. One thread owns the native context and computes the texts that its <see cref="TextLine"/> hands out.
/// </summary>
internal sealed class EncoderEngine : IAsyncDisposable
{
    private readonly string _name;
    private readonly LlamaContext _context;
    private readonly LlamaBatch _batch;
    private readonly TextLine _line;
    private readonly List<EncodeJob> _running = [];
    private readonly EncoderMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private volatile bool _stopped;

    /// <summary>Starts the engine; it owns the context and the line from now on.</summary>
    public EncoderEngine(string name, LlamaContext context, TextLine line, EncoderMetrics metrics, ILogger logger)
    {
        _name = name;
        _context = context;
        _metrics = metrics;
        _logger = logger;
        _batch = new LlamaBatch(context.BatchTokensMax);
        _line = line;
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Whether the engine failed and computes nothing any more.</summary>
    public bool IsBroken => _stopped;

    /// <summary>Most tokens of one text.</summary>
    public int TextTokensMax => Math.Min(_context.BatchTokensMax, _context.Model.Metadata.ContextTokensTrained);

    /// <summary>How outputs of tokens become one.</summary>
    public PoolingType Pooling => _context.Pooling;

    /// <summary>A call has arrived and will bring texts; it is on its way until this is disposed of.</summary>
    /// <param name="isLater">Whether nobody waits for it.</param>
    public TextLine.Arrival Arrive(bool isLater = false) => _line.Arrive(isLater);

    /// <summary>Somebody waits for a text now that nobody waited for.</summary>
    public void Hurry(EncodeJob job) => _line.Hurry(job);

    /// <summary>Computes the pooled output of each text.</summary>
    /// <param name="texts">Their tokens; each 1 to <see cref="TextTokensMax"/>.</param>
    /// <param name="cancellationToken">Texts not yet begun are dropped.</param>
    /// <returns>One vector per text: its embedding, or a reranker's scores.</returns>
    /// <exception cref="MillraceException">Too many texts wait (queue_full), or the engine failed (model_unavailable).</exception>
    public async Task<float[][]> EncodeAsync(IReadOnlyList<LlamaToken[]> texts, CancellationToken cancellationToken)
    {
        EncodeJob[] jobs = [.. texts.Select(tokens => new EncodeJob(tokens))];
        Submit(jobs);
        try
        {
            return await Task.WhenAll(jobs.Select(job => job.Result.Task)).WaitAsync(cancellationToken);
        }
        catch
        {
            foreach (var job in jobs) job.Leave();
            throw;
        }
    }

    /// <summary>Puts texts in line, all or none.</summary>
    /// <exception cref="MillraceException">Too many texts wait (queue_full), or the engine failed (model_unavailable).</exception>
    public void Submit(IReadOnlyCollection<EncodeJob> jobs)
    {
        if (_line.TryAdd(jobs)) return;
        throw IsBroken
            ? Stopped()
            : new MillraceException(Reason.QueueFull, $"Too many texts wait for {_name}. Try again in a moment, or send fewer at once.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _line.Close();
        await _loop;
        _line.Dispose();
        _context.Dispose();
    }

    private void Run()
    {
        try
        {
            while (_line.Take(_running)) Compute();
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
        _line.Close();
        do
            foreach (var job in _running) job.Result.TrySetException(Stopped());
        while (_line.Take(_running));
    }

    private MillraceException Stopped() =>
        new(Reason.ModelUnavailable, $"The engine of {_name} has stopped. Restart the embedding service.");

    private void Compute()
    {
        _batch.Clear();
        for (var i = 0; i < _running.Count; i++) Add(_running[i].Tokens, new LlamaSequenceId(i));
        _context.Memory?.Clear();
        var result = _context.Decode(_batch);
        if (result != DecodeResult.Ok)
            throw new InvalidOperationException(
                $"llama.cpp answered {result} to a batch of {_batch.Count} tokens of {_running.Count} texts.");

        _metrics.BatchComputed(_name, _running.Count, _batch.Count);
        for (var i = 0; i < _running.Count; i++)
            _running[i].Result.TrySetResult(_context.GetSequenceEmbedding(new LlamaSequenceId(i)).ToArray());
    }

    private void Add(LlamaToken[] tokens, LlamaSequenceId sequence)
    {
        for (var i = 0; i < tokens.Length; i++) _batch.Add(tokens[i], i, sequence, output: true);
    }
}
