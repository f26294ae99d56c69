using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking;

/// <summary>Gives chunks their headers: as long as the budget and the model's context allow, so that a header never pushes out
/// text.</summary>
/// <param name="meter">Counts their tokens.</param>
/// <param name="tokensMax">Most tokens of a header.</param>
internal sealed class HeaderWriter(ITextMeter meter, int tokensMax)
{
    /// <summary>The chunks with headers.</summary>
    public async Task<IReadOnlyList<Chunk>> WithHeadersAsync(
        ParsedDocument document, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<(IReadOnlyList<string>, int), string>();
        List<Chunk> written = new(chunks.Count);
        foreach (var chunk in chunks)
        {
            var budget = Math.Min(tokensMax, meter.ContextTokensMax - chunk.TokenCount);
            var key = (chunk.Section.Breadcrumb, budget);
            if (!headers.TryGetValue(key, out var header))
                headers[key] = header = await WriteAsync(document, chunk.Section, budget, cancellationToken);
            written.Add(chunk with { Header = header });
        }

        return written;
    }

    private async Task<string> WriteAsync(ParsedDocument document, Section section, int budget, CancellationToken cancellationToken)
    {
        if (budget < 1) return "";
        var header = new ParsedDocument("", ContextualHeader.Of(document.Title, section.Breadcrumb), []);
        var measure = await meter.MeasureAsync(header.Text, cancellationToken);
        var limits = new ChunkingSettings(budget + measure.AddedTokens, 0);
        var parts = ContextualHeader.Parts(document.Title, section.Breadcrumb);
        return ContextualHeader.Within(new MeasuredText(header, measure, limits), parts);
    }
}
