namespace Millrace.Guardrails.Detection.Network;

/// <summary>
/// E-mail addresses: a local part of at most 64 characters, an at sign, and a domain of labels whose last one has two letters or more;
/// 254 characters in all (RFC 5321). The longest such prefix is taken, so that a full stop behind an address stays.
/// </summary>
internal sealed class EmailRecogniser : Recogniser
{
    private const int LocalCharsMax = 64;
    private const int TopLevelCharsMin = 2;
    private const float Score = 1.0f;

    public override string Rule => "pii.email";

    public override int CharsMax => 254;

    public override bool StartsWithAscii => false;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => Chars.IsWord(first);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var localEnd = Math.Min(text.Length, start + LocalCharsMax + 1);
        var at = start + 1;
        while (at < localEnd && IsLocal(text[at])) at++;

        if (at - start > LocalCharsMax) return Match.None;
        if (at == text.Length) return isEnd ? Match.None : Match.Undecided;
        return text[at] == '@' ? MatchDomain(text, start, at + 1, isEnd) : Match.None;
    }

    private Match MatchDomain(ReadOnlySpan<char> text, int start, int domain, bool isEnd)
    {
        var end = Math.Min(text.Length, start + CharsMax);
        var (found, letters) = (0, -1);
        var position = domain;
        while (position < end && Continues(text, position, domain))
        {
            letters = NextLetters(text[position], letters);
            position++;
            if (letters >= TopLevelCharsMin) found = position;
        }

        if (position == text.Length && position - start < CharsMax && !isEnd) return Match.Undecided;
        return Match.FoundIf(found == 0 ? 0 : found - start, Score);
    }

    // Letters since the last dot, or -1 in the first label and in a label that cannot be a top-level domain.
    private static int NextLetters(char c, int letters)
    {
        if (c == '.') return 0;
        return letters >= 0 && Chars.IsLetter(c) ? letters + 1 : -1;
    }

    private static bool Continues(ReadOnlySpan<char> text, int position, int domain)
    {
        var c = text[position];
        if (Chars.IsWord(c)) return c != '_';
        if (c is not ('.' or '-') || position == domain) return false;
        return c == '-' ? text[position - 1] != '.' : Chars.IsWord(text[position - 1]);
    }

    private static bool IsLocal(char c) => Chars.IsWord(c) || c is '.' or '%' or '+' or '-' or '\'';
}
