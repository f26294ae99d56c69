using System.Globalization;
using Millrace.Gateway.Prompts;

namespace Millrace.Gateway.Citations;

/// <summary>
/// For models that answer by quoting: lets through only what stands in the passages. A sentence that does keeps the source's own
/// spelling and gets the number of the passage that holds it; one that is almost a source's sentence becomes that sentence; any other
/// is dropped. When nothing is left, the answer is the refusal.
/// </summary>
/// <param name="source">The passages of the prompt.</param>
/// <param name="refusal">What is said when nothing can be.</param>
public sealed class VerbatimGrounding(SourceText source, string refusal)
{
    /// <summary>From here on a sentence counts as a slip in copying; below, as another sentence.</summary>
    public const double SimilarityMin = 0.8;

    private readonly AnswerUnits _units = new();
    private bool _empty = true;

    /// <summary>Takes the next piece of what the model says.</summary>
    /// <returns>What may be said now; often empty.</returns>
    public string Push(string text) => string.Concat(_units.Push(text).Select(Ground));

    /// <summary>Ends the answer.</summary>
    /// <returns>The rest of what may be said.</returns>
    public string Finish()
    {
        var rest = string.Concat(_units.Finish().Select(Ground));
        return _empty ? refusal : rest;
    }

    private string Ground(AnswerUnit unit)
    {
        if (Match(unit) is not { } match) return string.Empty;
        var separator = _empty ? string.Empty : " ";
        _empty = false;
        return string.Create(CultureInfo.InvariantCulture, $"{separator}{match.Quote} [{match.Passage.Number}]");
    }

    private SourceMatch? Match(AnswerUnit unit)
    {
        if (SmallTalk.SameWords(unit.Words, refusal)) return null;

        // One word alone stands in almost any passage by chance; it counts only as a whole sentence.
        if (unit.Words.Contains(' ', StringComparison.Ordinal) && source.Find(unit.Words, unit.Cited) is { } exact) return exact;
        return source.Nearest(unit.Words) is { Similarity: >= SimilarityMin } near ? near.Match : null;
    }
}
