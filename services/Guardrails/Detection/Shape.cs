namespace Millrace.Guardrails.Detection;

/// <summary>What a shape read.</summary>
/// <param name="Digits">Letters and digits that were taken, letters in upper case.</param>
/// <param name="IsGrouped">Whether separators stand between them.</param>
/// <param name="IsSpaced">Whether a space is one of those.</param>
internal readonly record struct ShapeMatch(int Digits, bool IsGrouped, bool IsSpaced);

/// <summary>
/// How a number is written, one character for each of it: <c>9</c> a digit, <c>A</c> a letter, <c>X</c> either, <c>_</c> a space, dash or
/// full stop that may be left out, <c>~</c> one that may not; a space or a dash is any kind of it, everything else is itself.
/// </summary>
internal sealed class Shape(string pattern)
{
    /// <summary>Most letters and digits of a shape.</summary>
    public const int DigitsMax = 48;

    private readonly int _fixedChars = pattern.Contains('_') ? pattern.IndexOf('_', StringComparison.Ordinal) : pattern.Length;

    /// <summary>Most characters that are looked at, what follows the number included.</summary>
    public int CharsMax => pattern.Length + Borders.CharsMax;

    /// <summary>Whether a number of this shape can start with a character.</summary>
    public bool CanStart(char c) => Fits(pattern[0], c);

    /// <summary>Whether a number of this shape can start with a plain word: its first group has letters alone, and more follow.</summary>
    public bool TakesWords { get; } = !pattern.AsSpan().TrimStart('A').StartsWith('9') && !pattern.AsSpan().TrimStart('A').StartsWith('X')
        && (pattern.Length - pattern.TrimStart('A').Length) > 2;

    /// <summary>Whether it can have a character second.</summary>
    public bool CanBeSecond(char c) => pattern[1] switch
    {
        '_' => IsSeparator(c) || Fits(pattern[2], c),
        var kind => Fits(kind, c),
    };

    /// <summary>Whether what is known does not speak against a number of this shape, as far as no separator may be left out.
    /// Cheap.</summary>
    public bool MayStart(ReadOnlySpan<char> text)
    {
        var count = Math.Min(text.Length, _fixedChars);
        for (var i = 0; i < count; i++)
            if (!Fits(pattern[i], text[i])) return false;
        return true;
    }

    /// <summary>Reads a number of this shape.</summary>
    /// <param name="cursor">Where it starts; behind it when it was read.</param>
    /// <param name="digits">Takes its letters and digits, at least <see cref="DigitsMax"/>.</param>
    /// <param name="match">What was read.</param>
    /// <returns>False when there is none, or when the text ends before it does.</returns>
    public bool TryRead(ref TextCursor cursor, scoped Span<char> digits, out ShapeMatch match)
    {
        var (count, isGrouped, isSpaced) = (0, false, false);
        match = default;
        foreach (var kind in pattern)
        {
            var c = cursor.Peek();
            if (kind == '_' && !IsSeparator(c)) continue;
            if (!Fits(kind, c)) return false;

            cursor.Position++;
            if (kind is '9' or 'A' or 'X') digits[count++] = char.ToUpperInvariant(c);
            else (isGrouped, isSpaced) = (true, isSpaced || Chars.IsSpace(c));
        }

        match = new ShapeMatch(count, isGrouped, isSpaced);
        return true;
    }

    private static bool Fits(char kind, char c) => kind switch
    {
        '9' => char.IsAsciiDigit(c),
        'A' => char.IsAsciiLetter(c),
        'X' => char.IsAsciiLetterOrDigit(c),
        '_' or '~' => IsSeparator(c),
        ' ' => Chars.IsSpace(c),
        '-' => Chars.IsDash(c),
        _ => c == kind,
    };

    private static bool IsSeparator(char c) => c == '.' || Chars.IsSpace(c) || Chars.IsDash(c);
}
