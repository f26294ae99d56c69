namespace Millrace.Guardrails.Detection;

/// <summary>
/// Reads a text from a position on, and remembers whether it wanted more than there is. A recogniser that reads only through a cursor
/// and answers by <see cref="Answer"/> gives the same answer however the text was cut: as long as what follows could matter, it is
/// undecided.
/// </summary>
/// <param name="text">What is known of the text.</param>
/// <param name="start">Where to begin.</param>
/// <param name="isEnd">Whether no more text follows.</param>
internal ref struct TextCursor(ReadOnlySpan<char> text, int start, bool isEnd)
{
    private readonly ReadOnlySpan<char> _text = text;
    private readonly int _start = start;
    private readonly bool _isEnd = isEnd;

    /// <summary>The next position to read.</summary>
    public int Position { get; set; } = start;

    /// <summary>Whether it looked past what is known while more may follow.</summary>
    public bool RanOut { get; private set; }

    /// <summary>Characters read so far.</summary>
    public readonly int Length => Position - _start;

    /// <summary>Everything read so far.</summary>
    public readonly ReadOnlySpan<char> Taken => _text[_start..Position];

    /// <summary>A character that was not read yet; NUL behind the end.</summary>
    public char Peek(int ahead = 0)
    {
        var at = Position + ahead;
        if (at < _text.Length) return _text[at];
        RanOut |= !_isEnd;
        return '\0';
    }

    /// <summary>Takes one character if it is the next.</summary>
    public bool TryTake(char c)
    {
        if (Peek() != c) return false;
        Position++;
        return true;
    }

    /// <summary>Takes one space.</summary>
    public bool TryTakeSpace()
    {
        if (!Chars.IsSpace(Peek())) return false;
        Position++;
        return true;
    }

    /// <summary>Takes a text in either case if it is next.</summary>
    public bool TryTake(string expected)
    {
        for (var i = 0; i < expected.Length; i++)
            if (char.ToLowerInvariant(Peek(i)) != expected[i]) return false;
        Position += expected.Length;
        return true;
    }

    /// <summary>Takes digits, at most so many.</summary>
    public ReadOnlySpan<char> TakeDigits(int countMax)
    {
        var first = Position;
        while (Position - first < countMax && char.IsAsciiDigit(Peek())) Position++;
        return _text[first..Position];
    }

    /// <summary>Takes ASCII letters, at most so many.</summary>
    public ReadOnlySpan<char> TakeLetters(int countMax)
    {
        var first = Position;
        while (Position - first < countMax && char.IsAsciiLetter(Peek())) Position++;
        return _text[first..Position];
    }

    /// <summary>Takes characters of a class, at most so many.</summary>
    public ReadOnlySpan<char> TakeWhile(Func<char, bool> belongs, int countMax)
    {
        var first = Position;
        while (Position - first < countMax && Peek() is not '\0' and var c && belongs(c)) Position++;
        return _text[first..Position];
    }

    /// <summary>The answer: what was found, nothing when length or score is 0, unless text that has not come yet may change it.</summary>
    public readonly Match Answer(int length, float score) => RanOut ? Match.Undecided : Match.FoundIf(score > 0 ? length : 0, score);

    /// <summary>The answer when nothing was found.</summary>
    public readonly Match Nothing => RanOut ? Match.Undecided : Match.None;
}
