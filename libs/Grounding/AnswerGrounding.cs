using Millrace.Grounding.Reading;
using Millrace.Grounding.Support;

namespace Millrace.Grounding;

/// <summary>How well one sentence of an answer is supported.</summary>
/// <param name="Span">Where it stands in the answer.</param>
/// <param name="Score">Support in [0, 1]; 1 for a sentence that states nothing.</param>
/// <param name="Source">Index of the text that supports it best; meaningless when the score is 0.</param>
public sealed record SentenceGrounding(TextSpan Span, double Score, int Source);

/// <summary>
/// Judges how far an answer is supported by the texts that its writer was given, sentence by sentence. Numbers, units, names and negation
/// must agree; other words may be said differently. The time is about linear in the lengths of the texts and of the answer. Not for use
/// by several threads at once.
/// </summary>
public sealed class AnswerGrounding
{
    /// <summary>Score from which a sentence counts as supported.</summary>
    public const double SupportedMin = 0.5;

    // Measured on the sentences of the tests: what is true has this share of its content in a source, or more.
    private const double CommonMin = 0.45;

    // An unsupported sentence is scored by what it shares with a source, well below the bound.
    private const double UnsupportedWeight = 0.35;

    private const int SourcesMax = 3;

    // A list without stops is judged in parts.
    private const int SentenceCharsMax = 600;

    private readonly SupportIndex _index;

    /// <summary>Reads the texts.</summary>
    /// <param name="contexts">What the writer was given.</param>
    /// <param name="question">What was asked; empty for nothing.</param>
    public AnswerGrounding(IReadOnlyList<string> contexts, string question = "") =>
        _index = new SupportIndex([.. contexts.Select((text, index) => new GroundingSource(index, string.Empty, [], text))], question);

    /// <summary>Judges each sentence of an answer, in order.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="cancellationToken">Cancels between sentences.</param>
    public IReadOnlyList<SentenceGrounding> Judge(string answer, CancellationToken cancellationToken = default)
    {
        List<SentenceGrounding> judged = [];
        foreach (var span in Sentences.Split(answer).SelectMany(Parts))
        {
            cancellationToken.ThrowIfCancellationRequested();
            judged.Add(Judge(answer, span));
        }

        return judged;
    }

    /// <summary>The support of a whole answer in [0, 1]: the mean over its sentences, weighed by their lengths; 1 for none.</summary>
    public static double Overall(IReadOnlyList<SentenceGrounding> sentences)
    {
        var length = sentences.Sum(sentence => (long)sentence.Span.Length);
        return length == 0 ? 1 : sentences.Sum(sentence => sentence.Score * sentence.Span.Length) / length;
    }

    private static IEnumerable<TextSpan> Parts(TextSpan span)
    {
        for (var start = span.Start; start < span.End; start += SentenceCharsMax)
            yield return TextSpan.Between(start, Math.Min(span.End, start + SentenceCharsMax));
    }

    private SentenceGrounding Judge(string answer, TextSpan span)
    {
        var sentence = AnswerText.WithoutMarkers(span.Of(answer));
        if (EmptySpeech.StatesNothing(sentence)) return new SentenceGrounding(span, 1, 0);
        return _index.Judge(sentence, SourcesMax) is { } support
            ? new SentenceGrounding(span, Scored(support), support.Number)
            : new SentenceGrounding(span, 1, 0);
    }

    private static double Scored(ClaimSupport support)
    {
        if (!support.IsSupported) return UnsupportedWeight * support.Score;
        return support.Score < CommonMin
            ? SupportedMin * support.Score / CommonMin
            : SupportedMin + ((1 - SupportedMin) * (support.Score - CommonMin) / (1 - CommonMin));
    }
}
