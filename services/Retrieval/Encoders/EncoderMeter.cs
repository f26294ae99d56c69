using System.Collections.Concurrent;
using System.Text;
using Millrace.Retrieval.Chunking;

namespace Millrace.Retrieval.Encoders;

/// <summary>
/// Counts by calls to the encoder, for models whose tokenizer cannot be had. A measured text is the sum of its words, each counted by
/// itself once: an estimate, since such tokenizers join across words.
/// </summary>
/// <param name="encoder">The encoder.</param>
/// <param name="model">Name of the model; empty for the default.</param>
internal sealed class EncoderMeter(IEncoder encoder, string model) : ITextMeter
{
    private const int KnownMax = 100_000;
    private const int KnownCharsMax = 40;

    private readonly ConcurrentDictionary<string, int> _known = new(StringComparer.Ordinal);
    private volatile int _addedTokens = -1;

    /// <inheritdoc/>
    public bool IsExact => false;

    /// <inheritdoc/>
    public int ContextTokensMax => int.MaxValue;

    /// <inheritdoc/>
    public Task<IReadOnlyList<int>> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        encoder.CountTokensAsync(model, texts, cancellationToken);

    /// <inheritdoc/>
    public async Task<ITextMeasure> MeasureAsync(string text, CancellationToken cancellationToken)
    {
        if (_addedTokens < 0) _addedTokens = await AddedTokensAsync(cancellationToken);
        var spans = Words(text);
        var tokens = await TokensOfAsync([.. spans.Select(span => text[span]).Distinct(StringComparer.Ordinal)], cancellationToken);
        var measure = new WordMeasure(
            _addedTokens, (_, part) => Encoding.UTF8.GetByteCount(text.AsSpan(part.Start, part.Length)));
        foreach (var span in spans) measure.Add(span.Start.Value, span.End.Value, tokens[text[span]]);
        return measure;
    }

    // Headings and texts have their words in common, so that most are known already.
    private async Task<Dictionary<string, int>> TokensOfAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var tokens = new Dictionary<string, int>(StringComparer.Ordinal);
        List<string> unknown = [];
        foreach (var word in words)
        {
            if (_known.TryGetValue(word, out var known)) tokens[word] = known;
            else unknown.Add(word);
        }

        var counts = unknown.Count == 0 ? [] : await CountAsync(unknown, cancellationToken);
        if (_known.Count + unknown.Count > KnownMax) _known.Clear();
        foreach (var (word, count) in unknown.Zip(counts))
        {
            tokens[word] = Math.Max(1, count - _addedTokens);
            if (word.Length <= KnownCharsMax) _known[word] = tokens[word];
        }

        return tokens;
    }

    // With a word of w tokens, 2(w + added) - (2w + added) = added.
    private async Task<int> AddedTokensAsync(CancellationToken cancellationToken)
    {
        var counts = await CountAsync(["a", "a a"], cancellationToken);
        return Math.Clamp((2 * counts[0]) - counts[1], 0, TokenBounds.AddedMax);
    }

    private static List<Range> Words(string text)
    {
        List<Range> words = [];
        for (var start = 0; start < text.Length; start++)
        {
            if (char.IsWhiteSpace(text[start])) continue;
            var end = start + 1;
            while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
            words.Add(start..end);
            start = end;
        }

        return words;
    }
}
