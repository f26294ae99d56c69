using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Names;

/// <summary>
/// Cuts a text into words, numbers and signs. A token is given when the character behind it is known, so that it is the same however the
/// text is cut; longer ones are cut at a bound.
/// </summary>
internal sealed class EntityTokenizer(Lexicon lexicon)
{
    /// <summary>Longest token, in characters.</summary>
    public const int TokenCharsMax = 32;

    /// <summary>White space that is one gap; what is longer is a token of its own, of this length.</summary>
    public const int GapCharsMax = 16;

    private const int LengthMax = 8;

    // Behind an apostrophe two letters must be known: O'Brien is one word, John's is a word and its ending.
    private const int ApostropheReach = 3;

    /// <summary>Reads the next token.</summary>
    /// <param name="text">What is known.</param>
    /// <param name="from">Where to read on: behind the token before.</param>
    /// <param name="isEnd">Whether no more text follows.</param>
    /// <param name="token">The token.</param>
    /// <returns>False when more text is needed, or there is none.</returns>
    public bool TryRead(ReadOnlySpan<char> text, int from, bool isEnd, out EntityToken token)
    {
        token = default;
        var start = from;
        var lines = 0;
        for (; start < text.Length && start - from < GapCharsMax && char.IsWhiteSpace(text[start]); start++)
            if (text[start] == '\n') lines++;
        if (start - from == GapCharsMax) return Wide(from, out token);
        if (start == text.Length) return false;

        var end = EndOf(text, start);
        if (end + ApostropheReach > text.Length && !isEnd && IsOpen(text, start, end)) return false;

        token.Start = start;
        token.Length = end - start;
        token.Gap = GapOf(start - from, lines);
        Describe(text[start..end], ref token);
        return true;
    }

    private static bool Wide(int from, out EntityToken token)
    {
        token = EntityToken.Outside;
        token.Start = from;
        token.Length = GapCharsMax;
        return true;
    }

    private static TokenGap GapOf(int spaces, int lines) => lines switch
    {
        0 => spaces == 0 ? TokenGap.None : TokenGap.Space,
        1 => TokenGap.Line,
        _ => TokenGap.Paragraph,
    };

    // Whether more text could make the token longer.
    private static bool IsOpen(ReadOnlySpan<char> text, int start, int end) =>
        IsWordChar(text[start]) && end - start < TokenCharsMax && (end == text.Length || IsApostrophe(text[end]));

    private static int EndOf(ReadOnlySpan<char> text, int start)
    {
        if (!IsWordChar(text[start])) return start + 1;
        var end = start + 1;
        var last = Math.Min(text.Length, start + TokenCharsMax);
        while (end < last && (IsWordChar(text[end]) || IsInnerApostrophe(text, end))) end++;
        return end;
    }

    private static bool IsInnerApostrophe(ReadOnlySpan<char> text, int at) =>
        IsApostrophe(text[at]) && at + 2 < text.Length && char.IsLetter(text[at + 1]) && char.IsLetter(text[at + 2])
        && char.IsUpper(text[at + 1]);

    private static bool IsApostrophe(char c) => c is '\'' or '\u2019';

    private static bool IsWordChar(char c) => Chars.IsWord(c) ? c != '_' : c >= '\u0530' && char.IsLetterOrDigit(c);

    private void Describe(ReadOnlySpan<char> word, ref EntityToken token)
    {
        Span<char> lower = stackalloc char[TokenCharsMax];
        lower = lower[..WordHash.ToLower(word, lower)];
        token.Kind = KindOf(word);
        var hash = WordHash.Of(lower);
        token.Classes = lexicon.ClassesOf(hash);
        token.Prefix = WordHash.Of(lower[..Math.Min(3, lower.Length)]);
        token.Suffix2 = WordHash.Of(lower[^Math.Min(2, lower.Length)..]);
        token.Suffix3 = WordHash.Of(lower[^Math.Min(3, lower.Length)..]);
        token.Suffix4 = WordHash.Of(lower[^Math.Min(4, lower.Length)..]);
        token.Shape = ShapeOf(word, token.Kind, token.Gap);
        token.Word = IsKnown(token) ? hash : token.Shape;
    }

    /// <summary>Forgets a part of what the lists say of a token, as if it were in fewer of them.</summary>
    public static void Forget(ref EntityToken token, WordClasses classes)
    {
        token.Classes &= ~classes;
        if (!IsKnown(token)) token.Word = token.Shape;
    }

    private static bool IsKnown(in EntityToken token) =>
        token.Kind == TokenKind.Sign || token.Length == 1 || (token.Classes & WordClasses.Closed) != 0;

    private static uint ShapeOf(ReadOnlySpan<char> word, TokenKind kind, TokenGap gap)
    {
        var detail = kind switch
        {
            TokenKind.Number => (uint)Math.Min(word.Length, LengthMax) | (word[0] == '0' ? 16u : 0),
            TokenKind.Sign => word[0],
            TokenKind.Alphanumeric => Pattern(word),
            _ => (uint)Math.Min(word.Length, 4),
        };
        return (uint)gap | ((uint)kind << 3) | (detail << 8);
    }

    // Letters and digits of the first eight characters, and how many there are.
    private static uint Pattern(ReadOnlySpan<char> word)
    {
        var pattern = 0u;
        for (var i = 0; i < word.Length && i < LengthMax; i++) pattern = (pattern << 1) | (char.IsAsciiDigit(word[i]) ? 1u : 0);
        return (pattern << 4) | (uint)Math.Min(word.Length, LengthMax);
    }

    private static TokenKind KindOf(ReadOnlySpan<char> word)
    {
        if (!IsWordChar(word[0])) return TokenKind.Sign;
        var (upper, lower, digits, marks) = (0, 0, 0, 0);
        foreach (var c in word)
        {
            if (char.IsDigit(c)) digits++;
            else if (char.IsUpper(c)) upper++;
            else if (char.IsLower(c)) lower++;
            else if (!char.IsLetter(c)) marks++;
        }

        var letters = word.Length - digits - marks;
        if (digits > 0) return letters == 0 ? TokenKind.Number : TokenKind.Alphanumeric;
        if (upper + lower < letters) return TokenKind.Caseless;
        if (upper == 0) return TokenKind.Lower;
        if (upper == letters) return letters == 1 ? TokenKind.Initial : TokenKind.Upper;
        return upper == 1 && char.IsUpper(word[0]) ? TokenKind.Capitalised : TokenKind.Mixed;
    }
}
