using Millrace.Gateway.Retrieval;
using Millrace.Grounding;
using Millrace.Grounding.Reading;
using Millrace.Grounding.Support;

namespace Millrace.Gateway.Citations;

/// <summary>The passages of a prompt, prepared for looking up what an answer says.</summary>
public sealed class SourceText
{
    private readonly Passage[] _passages;
    private readonly Lazy<SupportIndex> _support;

    /// <summary>Prepares passages.</summary>
    public SourceText(IEnumerable<RetrievedPassage> passages)
    {
        _passages = [.. passages.Select(passage => new Passage(passage))];
        _support = new Lazy<SupportIndex>(() => new SupportIndex([.. _passages.Select(passage => Grounds(passage.Source))]));
    }

    /// <summary>Number of passages: markers from [1] to this number are valid.</summary>
    public int Count => _passages.Length;

    /// <summary>Numbers of the passages.</summary>
    public IEnumerable<int> Numbers => _passages.Select(passage => passage.Source.Number);

    /// <summary>How well a passage supports a sentence, and with which words; null when it does not.</summary>
    internal (SourceMatch Match, double Score)? Support(int number, string claim) =>
        _support.Value.Find(claim, number) is { } evidence
            ? (new SourceMatch(_passages.First(passage => passage.Source.Number == number).Source, evidence.Span), evidence.Score)
            : null;

    /// <summary>Finds words in the passages, those with preferred numbers first.</summary>
    /// <returns>Where they stand, or null when they stand in none.</returns>
    public SourceMatch? Find(string words, IReadOnlyCollection<int> preferred)
    {
        var needle = new NormalizedText(words);
        SourceMatch? first = null;
        foreach (var passage in _passages)
        {
            if (passage.Text.Find(needle) is not { } span) continue;
            var match = new SourceMatch(passage.Source, span);
            if (preferred.Contains(passage.Source.Number)) return match;
            first ??= match;
        }

        return first;
    }

    /// <summary>Finds the sentence that is most like the given words.</summary>
    /// <param name="words">The words.</param>
    /// <param name="number">The passage to look in; null for all.</param>
    /// <returns>The sentence and its similarity in [0, 1]; null when there is no sentence at all.</returns>
    public (SourceMatch Match, double Similarity)? Nearest(string words, int? number = null)
    {
        var tokens = WordSimilarity.Words(words);
        (SourceMatch Match, double Similarity)? best = null;
        foreach (var passage in _passages.Where(passage => number is null || passage.Source.Number == number))
            foreach (var sentence in passage.Sentences)
            {
                var similarity = WordSimilarity.Ratio(tokens, sentence.Words);
                if (best is null || similarity > best.Value.Similarity) best = (new SourceMatch(passage.Source, sentence.Span), similarity);
            }

        return best;
    }

    /// <summary>
    /// The words of one passage that support a claim best: the claim itself where it stands there, else the nearest sentence.
    /// </summary>
    public SourceMatch? FindIn(int number, string claim)
    {
        var exact = _passages.FirstOrDefault(passage => passage.Source.Number == number) is { } found
            && found.Text.Find(new NormalizedText(claim)) is { } span
                ? new SourceMatch(found.Source, span)
                : null;
        return exact ?? Nearest(claim, number)?.Match;
    }

    private static GroundingSource Grounds(RetrievedPassage passage) =>
        new(passage.Number, passage.Title, passage.Breadcrumb, passage.Text);

    private sealed class Passage(RetrievedPassage source)
    {
        private Sentence[]? _sentences;

        public RetrievedPassage Source { get; } = source;

        public NormalizedText Text { get; } = new(source.Text);

        // Most answers are found word by word, so that the sentences are rarely needed.
        public Sentence[] Sentences => _sentences ??=
            [.. Grounding.Reading.Sentences.Split(Source.Text)
                .Select(span => new Sentence(span, WordSimilarity.Words(span.Of(Source.Text))))];
    }

    private sealed record Sentence(TextSpan Span, string[] Words);
}

/// <summary>Words that stand in a passage.</summary>
/// <param name="Passage">The passage.</param>
/// <param name="Span">Where in its text.</param>
public sealed record SourceMatch(RetrievedPassage Passage, TextSpan Span)
{
    /// <summary>The words, exactly as they stand there.</summary>
    public string Quote => Span.Of(Passage.Text);
}
