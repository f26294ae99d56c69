namespace Millrace.Guardrails.Detection;

/// <summary>
/// Finds what cannot be told from one position alone: what depends on a sentence, on the words before, on a text given with the request.
/// Immutable, shared by all checks; the state of one text is in its <see cref="Detection"/>.
/// </summary>
public abstract class Detector
{
    /// <summary>Ids of the rules it can report, such as <c>pii.person</c>.</summary>
    public abstract IReadOnlyList<string> Rules { get; }

    /// <summary>Most characters that one of its detections leaves undecided at the end of what is known.</summary>
    public abstract int CharsMax { get; }

    /// <summary>Whether it reads look-alike letters as Latin ones; see <see cref="Recogniser.ReadsFolded"/>.</summary>
    public virtual bool ReadsFolded => false;

    /// <summary>Begins a text.</summary>
    public abstract Detection Begin();
}

/// <summary>A detector's way through one text. Not for use by several threads at once.</summary>
public abstract class Detection
{
    /// <summary>
    /// Reads on. What it reports and how far it decides must be a function of the text alone, however it is cut: an answer given early
    /// must be the one that more text would give.
    /// </summary>
    /// <param name="text">What is known, from <see cref="Recogniser.LookBehindMax"/> characters before <paramref name="start"/>.</param>
    /// <param name="start">The first position that it has not decided: what it returned before, in this text.</param>
    /// <param name="isEnd">Whether no more text follows; then everything is decided.</param>
    /// <param name="found">Takes what was found, in any order; nothing may start before <paramref name="start"/>.</param>
    /// <returns>The first position that is not decided: everything that starts before it has been reported.</returns>
    public abstract int Advance(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found);
}

/// <summary>Takes what a detection finds.</summary>
public interface ICandidates
{
    /// <summary>Adds something.</summary>
    /// <param name="rule">Index into <see cref="Detector.Rules"/>.</param>
    /// <param name="start">Where it starts in the text given to <see cref="Detection.Advance"/>.</param>
    /// <param name="length">Its length in characters, above zero.</param>
    /// <param name="score">Confidence in [0, 1].</param>
    /// <param name="detail">What an operator may be told of it, such as <c>base64</c>; never the text.</param>
    void Add(int rule, int start, int length, float score, string? detail = null);
}
