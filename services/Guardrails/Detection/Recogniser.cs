namespace Millrace.Guardrails.Detection;

/// <summary>
/// Finds one kind of thing, anchored at a position. It is asked again with more text while the answer is <see cref="Match.Undecided"/>;
/// an answer of any other kind must hold whatever text follows. That, and <see cref="CharsMax"/>, is all that a stream needs to be
/// filtered exactly as a whole text is. What it reads is normalised (see <see cref="Filtering.NormalText"/>): digits of any script and
/// width are ASCII digits, invisible characters are gone.
/// </summary>
public abstract class Recogniser
{
    /// <summary>How far before the position a recogniser may look, in UTF-16 code units.</summary>
    public const int LookBehindMax = 96;

    /// <summary>Id of the rule, such as <c>pii.email</c>: a family, a dot, a name.</summary>
    public abstract string Rule { get; }

    /// <summary>Most UTF-16 code units, counted from the position, that are looked at before the answer is final.</summary>
    public abstract int CharsMax { get; }

    /// <summary>Whether a finding never starts directly behind a letter, a digit or an underscore.</summary>
    public virtual bool StartsAtWord => true;

    /// <summary>Whether a finding may start with this character.</summary>
    public abstract bool CanStart(char first);

    /// <summary>
    /// Whether something that starts can have this character second; false for every character that it cannot. It saves the question
    /// where most words would ask for it.
    /// </summary>
    public virtual bool CanBeSecond(char second) => true;

    /// <summary>
    /// Whether something may start with a plain word, as <see cref="PlainWord"/> knows it. Most kinds have a digit or a mark in their first
    /// word: they are asked about few of the words of a text.
    /// </summary>
    public virtual bool TakesWords => true;

    /// <summary>
    /// Whether it reads letters of other scripts that look like Latin ones as those (<c>р\u0430ypal</c>). For what is written in ASCII:
    /// keys, addresses, account numbers. Words of languages are read as they are.
    /// </summary>
    public virtual bool ReadsFolded => false;

    /// <summary>Whether every finding starts with an ASCII character; then <see cref="CanStart"/> is asked for no other.</summary>
    public virtual bool StartsWithAscii => true;

    /// <summary>Decides whether something starts at a position.</summary>
    /// <param name="text">What is known of the text, from <see cref="LookBehindMax"/> characters before the position.</param>
    /// <param name="start">The position; <see cref="CanStart"/> holds for the character there.</param>
    /// <param name="isEnd">Whether no more text follows.</param>
    public abstract Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd);
}
