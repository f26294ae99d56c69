namespace Millrace.Guardrails.Detection;

/// <summary>
/// Judges a text sentence by sentence. A sentence ends behind its last mark (<c>. ! ? … 。 ！ ？</c> before a space), at a line's end or at
/// the bound; until then it is held back.
/// </summary>
public abstract class SentenceDetector : Detector
{
    /// <summary>Longest sentence that is judged at once, in characters; a longer one is judged in parts of this length.</summary>
    public const int SentenceCharsMax = 600;

    /// <inheritdoc/>
    public sealed override int CharsMax => SentenceCharsMax + 1;

    /// <inheritdoc/>
    public sealed override Detection Begin() => new SentenceDetection(this);

    /// <summary>Judges one sentence. Called by several threads at once.</summary>
    /// <param name="sentence">The sentence, without the space around it.</param>
    /// <param name="found">Takes what was found; positions are those of the sentence.</param>
    public abstract void Judge(ReadOnlySpan<char> sentence, ICandidates found);
}
