using Millrace.Gateway.Citations;
using Millrace.Gateway.Retrieval;
using Millrace.Grounding.Reading;

namespace Millrace.Gateway.Quoting;

/// <summary>Ranks the sentences of a context by how well they fit a question: BM25, with the context itself as the corpus.</summary>
public sealed class SentenceRanker
{
    private const double K1 = 1.2;
    private const double B = 0.75;
    private const int SentenceWordsMin = 3;

    /// <summary>What a question says behind this many different terms does not count, so that no question takes long.</summary>
    private const int QuestionTermsMax = 256;

    private readonly string[] _question;
    private readonly List<Sentence> _sentences;
    private readonly Dictionary<string, double> _weights;
    private readonly double _averageLength;

    private SentenceRanker(string question, IEnumerable<RetrievedPassage> passages)
    {
        _question = [.. Terms.Of(question).Distinct(StringComparer.Ordinal).Take(QuestionTermsMax)];
        _sentences = [.. passages.SelectMany(Split)];
        _averageLength = _sentences.Count == 0 ? 1 : Math.Max(1, _sentences.Average(sentence => sentence.Terms.Length));
        _weights = _question.ToDictionary(term => term, Weight, StringComparer.Ordinal);
    }

    /// <summary>The sentences that share a term with the question, best first.</summary>
    public static IReadOnlyList<QuoteCandidate> Rank(string question, IEnumerable<RetrievedPassage> passages)
    {
        var ranker = new SentenceRanker(question, passages);
        return
        [
            .. ranker._sentences
                .Select(sentence => new QuoteCandidate(sentence.Passage, sentence.Span, ranker.Score(sentence), ranker.Support(sentence)))
                .Where(candidate => candidate.Score > 0)
                .OrderByDescending(candidate => candidate.Score),
        ];
    }

    private static IEnumerable<Sentence> Split(RetrievedPassage passage)
    {
        string[] above = [.. Terms.Of(passage.Title), .. passage.Breadcrumb.SelectMany(Terms.Of)];
        return Sentences.Split(passage.Text)
            .Where(span => CanAnswer(passage, span))
            .Select(span => new Sentence(passage, span, [.. Terms.Of(span.Of(passage.Text))], above));
    }

    // A heading says what the text is about and a lead-in what comes next; neither answers anything.
    private static bool CanAnswer(RetrievedPassage passage, TextSpan span)
    {
        var sentence = span.Of(passage.Text);
        var isHeading = passage.Text.AsSpan(0, span.Start).TrimEnd(' ').EndsWith("#") || passage.Breadcrumb.Contains(sentence);
        return !isHeading && sentence[^1] != ':' && WordSimilarity.Words(sentence).Length >= SentenceWordsMin;
    }

    /// <summary>Inverse document frequency. A term that no sentence has weighs most: it is what the context does not speak of.</summary>
    private double Weight(string term)
    {
        var containing = _sentences.Count(sentence => sentence.Has(term));
        return Math.Log(1 + ((_sentences.Count - containing + 0.5) / (containing + 0.5)));
    }

    private double Score(Sentence sentence)
    {
        var score = 0.0;
        foreach (var term in _question)
        {
            // What stands above a sentence speaks of it too, though less than its own words.
            var frequency = sentence.Terms.Count(own => own == term) + (sentence.Above.Contains(term) ? 0.5 : 0);
            if (frequency == 0) continue;
            var length = 1 - B + (B * sentence.Terms.Length / _averageLength);
            score += _weights[term] * frequency * (K1 + 1) / (frequency + (K1 * length));
        }

        return score;
    }

    private double Support(Sentence sentence)
    {
        var total = _weights.Values.Sum();
        return total == 0 ? 0 : _question.Where(sentence.Has).Sum(term => _weights[term]) / total;
    }

    private sealed record Sentence(RetrievedPassage Passage, TextSpan Span, string[] Terms, string[] Above)
    {
        public bool Has(string term) => Terms.Contains(term) || Above.Contains(term);
    }
}
