using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Encoders;

/// <summary>
/// The meters of embedding models. A tokenizer is asked for once and then kept, in memory and on disk, so that documents are cut without
/// calls, after a restart as well. A model whose tokenizer cannot be had is counted by calls.
/// </summary>
internal sealed class TokenCounters(
    TokenizerSource source, TokenizerFolder folder, IOptions<RetrievalOptions> options, TimeProvider time, ILogger<TokenCounters> logger)
    : ITokenCounters, IDisposable
{
    private readonly TokenizerOptions _options = options.Value.Tokenizers;
    private readonly SemaphoreSlim _asking = new(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<ITextMeter> ForAsync(string model, CancellationToken cancellationToken)
    {
        if (Find(model) is { } entry && IsFresh(entry.CheckedAt)) return entry.Meter;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            entry = Find(model) ?? Read(model);
            if (entry is null || !IsFresh(entry.CheckedAt)) entry = await AskAsync(model, entry, cancellationToken);
            Keep(model, entry);
            return entry.Meter;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    private bool IsFresh(DateTimeOffset checkedAt) => time.GetUtcNow() - checkedAt < _options.MaxAge;

    private Entry? Read(string model) => folder.Find(model) is { } kept && TryCreate(kept.Model, out var meter, out _)
        ? new Entry(meter, kept.CheckedAt, kept.Model.Identity)
        : null;

    private async Task<Entry> AskAsync(string model, Entry? old, CancellationToken cancellationToken)
    {
        try
        {
            var tokenizer = await source.AskAsync(model, cancellationToken);
            if (old is null || tokenizer.Identity != old.Identity) return await CreateAsync(model, tokenizer, cancellationToken);
            folder.Keep(model, new KeptTokenizer(tokenizer, time.GetUtcNow()));
            return old with { CheckedAt = time.GetUtcNow() };
        }
        catch (MillraceException refusal) when (refusal.Reason == Reason.InvalidArgument)
        {
            EncoderLog.CountsByCalls(logger, model, refusal.Message);
            return ByCalls(model);
        }
        catch (MillraceException outage) when (old is not null && outage.Reason.Info().Retryable)
        {
            return old with { CheckedAt = time.GetUtcNow() };
        }
    }

    private async Task<Entry> CreateAsync(string model, WordPieceModel tokenizer, CancellationToken cancellationToken)
    {
        if (!TryCreate(tokenizer, out var meter, out var reason))
        {
            EncoderLog.CountsByCalls(logger, model, reason);
            return ByCalls(model);
        }

        if (await source.DifferenceAsync(model, meter, cancellationToken) is { } difference)
        {
            EncoderLog.CountsDiffer(logger, model, difference);
            return ByCalls(model);
        }

        folder.Keep(model, new KeptTokenizer(tokenizer, time.GetUtcNow()));
        return new Entry(meter, time.GetUtcNow(), tokenizer.Identity);
    }

    private Entry ByCalls(string model) => new(source.ByCalls(model), time.GetUtcNow(), Identity: "");

    private static bool TryCreate(WordPieceModel tokenizer, [NotNullWhen(true)] out WordPieceMeter? meter, out string reason)
    {
        (meter, reason) = (null, "");
        try
        {
            meter = new WordPieceMeter(tokenizer);
            return true;
        }
        catch (ArgumentException error)
        {
            reason = error.Message;
            return false;
        }
    }

    private Entry? Find(string model)
    {
        lock (_lock) return _entries.GetValueOrDefault(model);
    }

    private void Keep(string model, Entry entry)
    {
        lock (_lock)
        {
            _entries[model] = entry;
            if (_entries.Count > _options.KeptMax) _entries.Remove(_entries.MinBy(pair => pair.Value.CheckedAt).Key);
        }
    }

    private sealed record Entry(ITextMeter Meter, DateTimeOffset CheckedAt, string Identity);
}
