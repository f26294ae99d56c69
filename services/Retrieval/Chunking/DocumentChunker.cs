using System.Text;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking;

/// <summary>
/// Measures a document and lets a strategy cut it. Where counts are estimates, the chunks are counted by the model afterwards, and while
/// one is too long the document is cut again by estimates that are raised as far as they were wrong.
/// </summary>
/// <param name="meter">Counts as the embedding model does.</param>
/// <param name="strategy">Cuts.</param>
/// <param name="settings">The limits; valid.</param>
/// <param name="headers">Writes the headers; null where none are wanted.</param>
internal sealed class DocumentChunker(ITextMeter meter, IChunkStrategy strategy, ChunkingSettings settings, HeaderWriter? headers)
    : IChunker
{
    private const int AttemptsMax = 4;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Chunk>> CutAsync(ParsedDocument document, CancellationToken cancellationToken)
    {
        if (document.Sections.Count == 0) return [];
        var measure = await meter.MeasureAsync(document.Text, cancellationToken);
        var chunks = meter.IsExact
            ? await strategy.CutAsync(new MeasuredText(document, measure, settings), cancellationToken)
            : await CutByEstimateAsync(document, measure, cancellationToken);
        return headers is null ? chunks : await headers.WithHeadersAsync(document, chunks, cancellationToken);
    }

    private async Task<IReadOnlyList<Chunk>> CutByEstimateAsync(
        ParsedDocument document, ITextMeasure measure, CancellationToken cancellationToken)
    {
        for (var (attempt, estimate) = (1, measure); ; attempt++)
        {
            var chunks = await strategy.CutAsync(new MeasuredText(document, estimate, settings), cancellationToken);
            var counts = await meter.CountAsync([.. chunks.Select(chunk => chunk.TextIn(document))], cancellationToken);
            var counted = chunks.Zip(counts, (chunk, count) => chunk with { TokenCount = count }).ToList();
            var worst = counted.Count == 0 ? 0 : counted.Max(chunk => chunk.TokenCount);
            if (worst <= settings.TokensMax || attempt > AttemptsMax) return counted;
            estimate = attempt < AttemptsMax
                ? new RaisedMeasure(estimate, (double)worst / settings.TokensMax)
                : new BytesMeasure(document.Text, measure.AddedTokens);
        }
    }

    /// <summary>Counts raised by a factor.</summary>
    private sealed class RaisedMeasure(ITextMeasure measure, double factor) : ITextMeasure
    {
        public int AddedTokens => measure.AddedTokens;

        public int Count(int start, int end) => (int)Math.Ceiling(measure.Count(start, end) * factor);
    }

    /// <summary>Counts that no tokenizer exceeds: each token stands for at least one byte of UTF-8.</summary>
    private sealed class BytesMeasure(string text, int addedTokens) : ITextMeasure
    {
        public int AddedTokens => addedTokens;

        public int Count(int start, int end) => Encoding.UTF8.GetByteCount(text.AsSpan(start, end - start));
    }
}
