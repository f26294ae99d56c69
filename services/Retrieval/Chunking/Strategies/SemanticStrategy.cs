using System.Numerics.Tensors;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking.Strategies;

/// <summary>
/// Cuts where the meaning of neighbouring sentences changes most: above a percentile of the document's distances, but not before a chunk
/// has its fewest tokens, and at the latest where it is full.
/// </summary>
/// <param name="encoder">Embeds the sentences.</param>
/// <param name="choice">With this model.</param>
internal sealed class SemanticStrategy(IEncoder encoder, EncoderChoice choice) : IChunkStrategy
{
    private const int BatchTexts = 128;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Chunk>> CutAsync(MeasuredText text, CancellationToken cancellationToken)
    {
        List<Sentence> sentences =
        [
            .. text.Document.Sections.SelectMany(section => SentenceUnits.Of(text, section).Select(range => new Sentence(section, range))),
        ];
        if (sentences.Count == 0) return [];
        var distances = await DistancesAsync(text.Document.Text, sentences, cancellationToken);
        var within = distances.Where((_, i) => ReferenceEquals(sentences[i].Section, sentences[i + 1].Section));
        var threshold = Percentile([.. within], text.Settings.BreakpointPercentile);
        return [.. Joined(text, sentences, i => distances[i] > threshold)];
    }

    /// <summary>The value below which so many percent of the values are; the largest number when there are none.</summary>
    internal static float Percentile(float[] values, int percentile)
    {
        if (values.Length == 0) return float.MaxValue;
        Array.Sort(values);
        return values[Math.Min(values.Length - 1, (int)((long)values.Length * percentile / 100))];
    }

    // The distance of each sentence to the next.
    private async Task<float[]> DistancesAsync(string text, List<Sentence> sentences, CancellationToken cancellationToken)
    {
        var distances = new float[sentences.Count - 1];
        ReadOnlyMemory<float> previous = default;
        var next = 0;
        foreach (var batch in sentences.Chunk(BatchTexts))
        {
            var texts = batch.Select(sentence => text.Substring(sentence.Range.Start, sentence.Range.Length)).ToList();
            var embeddings = await encoder.EmbedAsync(choice, texts, TextPurpose.Passage, cancellationToken);
            for (var i = 0; i < batch.Length; i++, next++)
            {
                if (next > 0) distances[next - 1] = 1 - TensorPrimitives.Dot(previous.Span, embeddings[i].Span);
                previous = embeddings[i];
            }
        }

        return distances;
    }

    private static IEnumerable<Chunk> Joined(MeasuredText text, List<Sentence> sentences, Func<int, bool> isFarFromNext)
    {
        var tokensMin = Math.Min(text.Settings.TokensMin, text.OwnTokensMax);
        var open = sentences[0];
        for (var i = 1; i < sentences.Count; i++)
        {
            var joined = open.Range.To(sentences[i].Range);
            var isBreak = !ReferenceEquals(open.Section, sentences[i].Section)
                || (isFarFromNext(i - 1) && text.Tokens(open.Range) >= tokensMin);
            if (!isBreak && text.Fits(joined)) open = open with { Range = joined };
            else
            {
                yield return text.ChunkOf(open.Section, open.Range);
                open = sentences[i];
            }
        }

        yield return text.ChunkOf(open.Section, open.Range);
    }

    private sealed record Sentence(Section Section, TextRange Range);
}
