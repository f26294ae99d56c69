using System.Globalization;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Search;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Context;

/// <summary>A context for a prompt.</summary>
/// <param name="Hits">The passages in it; the first has number 1.</param>
/// <param name="Text">The rendered text.</param>
/// <param name="TokenCount">Its tokens.</param>
/// <param name="DroppedCount">Passages that were found but did not fit.</param>
internal sealed record PackedContext(IReadOnlyList<SearchHit> Hits, string Text, int TokenCount, int DroppedCount);

/// <summary>Packs passages into a numbered context, best first, within a budget of tokens.</summary>
internal sealed class ContextBuilder(IEncoder encoder, ILogger<ContextBuilder> logger)
{
    private const string Separator = "\n\n---\n\n";

    /// <summary>Packs passages.</summary>
    /// <param name="hits">The passages, best first. One that does not fit is left out, and smaller ones behind it are still tried.</param>
    /// <param name="tokensMax">Most tokens of the context.</param>
    /// <param name="cancellationToken">Stops packing.</param>
    public async Task<PackedContext> PackAsync(IReadOnlyList<SearchHit> hits, int tokensMax, CancellationToken cancellationToken)
    {
        if (hits.Count == 0) return new PackedContext([], "", 0, 0);
        var counter = new EncoderTokenCounter(encoder, model: "");
        try
        {
            return await PackAsync(hits, tokensMax, counter, cancellationToken);
        }
        catch (MillraceException error) when (error.Reason.Info().Retryable && !cancellationToken.IsCancellationRequested)
        {
            ContextLog.CountedByBound(logger, error.Reason);
            return await PackAsync(hits, tokensMax, new UpperBoundCounter(), cancellationToken);
        }
    }

    /// <summary>The context's text: the format that the built-in chat model was trained on.</summary>
    internal static string Render(IReadOnlyList<SearchHit> hits) =>
        string.Join(Separator, hits.Select((hit, i) => Block(i + 1, hit)));

    private static async Task<PackedContext> PackAsync(
        IReadOnlyList<SearchHit> hits, int tokensMax, ITokenCounter counter, CancellationToken cancellationToken)
    {
        var packed = Choose(
            hits, await counter.CountAsync([.. hits.Select((hit, i) => Block(i + 1, hit) + Separator)], cancellationToken), tokensMax);

        // The sum of the parts is an estimate; only the count of the whole text is the truth.
        while (packed.Count > 0)
        {
            var text = Render(packed);
            var tokens = (await counter.CountAsync([text], cancellationToken))[0];
            if (tokens <= tokensMax) return new PackedContext(packed, text, tokens, hits.Count - packed.Count);
            packed.RemoveAt(packed.Count - 1);
        }

        return new PackedContext([], "", 0, hits.Count);
    }

    // Generous by what the model adds around each text and by the last separator, so that nothing that fits is left out unseen.
    private static List<SearchHit> Choose(IReadOnlyList<SearchHit> hits, IReadOnlyList<int> counts, int tokensMax)
    {
        List<SearchHit> chosen = [];
        var tokens = 0;
        for (var i = 0; i < hits.Count; i++)
        {
            var own = Math.Max(0, counts[i] - TokenBounds.AddedMax);
            if (tokens + own > tokensMax + TokenBounds.AddedMax + Separator.Length) continue;
            tokens += own;
            chosen.Add(hits[i]);
        }

        return chosen;
    }

    private static string Block(int number, SearchHit hit) => string.Create(
        CultureInfo.InvariantCulture,
        $"[{number}] (Source: {hit.Passage.Document.DocumentId})\n{Whitespace.OneParagraphPerLine(hit.Passage.Text)}");

    private sealed class UpperBoundCounter : ITokenCounter
    {
        public Task<IReadOnlyList<int>> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<int>>([.. texts.Select(text => TokenBounds.UpperBound(text))]);
    }
}
