using System.Text;
using Millrace.Grounding.Reading;
using Millrace.Grounding.Support;

namespace Millrace.Gateway.Citations;

/// <summary>
/// Knows which words a marker stands for while an answer is written: the sentence that it stands in or behind, from the marker before it
/// on, or from the sentence's beginning where that says too little.
/// </summary>
internal sealed class ClaimReader
{
    private const int SegmentTermsMin = 2;

    private readonly StringBuilder _sinceMarker = new();
    private readonly StringBuilder _paragraph = new();
    private string _last = string.Empty;

    /// <summary>Takes text of the answer.</summary>
    public void Push(string text)
    {
        if (text.Contains('\n', StringComparison.Ordinal)) _paragraph.Clear();
        else _paragraph.Append(text);
        _sinceMarker.Append(text);
    }

    /// <summary>Whether a marker here stands in front of what it is for: at the beginning of a line, or behind "according to".</summary>
    public bool IsInFront()
    {
        var paragraph = _paragraph.ToString();
        if (!HasWords(paragraph)) return _sinceMarker.Length > 0 || _last.Length == 0;
        if (!HasWords(_sinceMarker.ToString())) return false;
        var sentence = LastSentence(paragraph);
        return !Sentences.EndsAt(sentence, sentence.Length - 1) && !SaysSomething(sentence);
    }

    /// <summary>The words that a marker here stands for, and whether one before it stood for some of them.</summary>
    public (string Words, bool IsShared) Claim()
    {
        var segment = _sinceMarker.ToString();
        if (!HasWords(segment)) return (_last, true);
        var claim = LastSentence(segment);
        if (Statement.Parse(claim).Terms.Count >= SegmentTermsMin) return (claim, false);
        var whole = LastSentence(_paragraph.ToString());
        return whole.Length > claim.Length ? (whole, true) : (claim, false);
    }

    /// <summary>Says what the marker that stands here is for.</summary>
    public void Cited(string claim)
    {
        _last = claim;
        _sinceMarker.Clear();
    }

    /// <summary>Whether a text has words at all.</summary>
    public static bool HasWords(string text) => text.Any(char.IsLetterOrDigit);

    /// <summary>Whether a text has words that a source can support.</summary>
    public static bool SaysSomething(string text) => Statement.Parse(text).Terms.Count > 0;

    private static string LastSentence(string text)
    {
        var last = Sentences.Split(text).Where(span => HasWords(span.Of(text))).Cast<TextSpan?>().LastOrDefault();
        return last?.Of(text) ?? string.Empty;
    }
}
