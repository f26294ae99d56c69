using System.Net;

namespace Millrace.Guardrails.Detection.Network;

/// <summary>
/// Addresses of the internet, of both versions. What names no machine in particular is none: unspecified, loopback and broadcast addresses
/// and masks. Four numbers behind a word such as "version" are a version, and four numbers of one digit are one unless words say otherwise.
/// </summary>
internal sealed class IpRecogniser : Recogniser
{
    private const int CharsV6Max = 45;
    private const int Parts = 4;
    private const int VersionWithin = 24;
    private const float PublicScore = 0.95f;
    private const float PrivateScore = 0.6f;

    private static readonly ContextWords Versions = new(
        "version", "v", "ver", "release", "build", "firmware", "upgrade to", "section", "chapter", "§", "oid", "clause", "paragraph");

    private static readonly ContextWords Addresses = new("ip", "address", "host", "server", "ipv4", "ping", "dns", "client", "gateway");

    public override string Rule => "pii.ip";

    public override int CharsMax => CharsV6Max + Borders.CharsMax;

    public override bool ReadsFolded => true;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => char.IsAsciiHexDigit(first) || first == ':';

    public override bool CanBeSecond(char second) => char.IsAsciiHexDigit(second) || second is ':' or '.';

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (start > 0 && text[start - 1] is ':' or '.' or '-' && start > 1 && Chars.IsWord(text[start - 2]) && IsSameRun(text, start))
            return Match.None;
        var v4 = char.IsAsciiDigit(text[start]) ? MatchV4(text, start, isEnd) : Match.None;
        return v4 == Match.None ? MatchV6(text, start, isEnd) : v4;
    }

    // Behind "ip:" an address may start; behind a digit and the same mark it is the rest of something longer.
    private static bool IsSameRun(ReadOnlySpan<char> text, int start) => char.IsAsciiHexDigit(text[start - 2]) && text[start - 1] != '-'
        ? char.IsAsciiDigit(text[start - 2])
        : text[start - 1] == '-' && char.IsAsciiDigit(text[start - 2]);

    private static Match MatchV4(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        Span<byte> parts = stackalloc byte[Parts];
        for (var i = 0; i < Parts; i++)
        {
            if (i > 0 && !cursor.TryTake('.')) return cursor.Nothing;
            var digits = cursor.TakeDigits(3);
            if (digits.IsEmpty || digits is ['0', _, ..] || !byte.TryParse(digits, out parts[i])) return cursor.Nothing;
        }

        var end = cursor.Length;
        if (Chars.IsWord(cursor.Peek()) || (cursor.Peek() is '.' && Chars.IsWord(cursor.Peek(1)))) return cursor.Nothing;
        return cursor.Answer(end, ScoreV4(parts, text, start));
    }

    private static float ScoreV4(ReadOnlySpan<byte> parts, ReadOnlySpan<char> text, int start)
    {
        if (parts[0] is 0 or 127 or 255 || Versions.Precede(text, start, VersionWithin)) return 0;
        if (!parts.ContainsAnyExceptInRange((byte)0, (byte)9) && !Addresses.Precede(text, start)) return 0;
        return IsPrivate(parts) ? PrivateScore : PublicScore;
    }

    private static bool IsPrivate(ReadOnlySpan<byte> parts) =>
        parts[0] == 10 || parts is [172, >= 16 and <= 31, ..] or [192, 168, ..] or [169, 254, ..] or [100, >= 64 and <= 127, ..];

    private static Match MatchV6(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        if (!HasEarlyColon(ref cursor)) return cursor.Nothing;

        var run = cursor.TakeWhile(static c => char.IsAsciiHexDigit(c) || c is ':' or '.', CharsV6Max);
        var isCut = Chars.IsWord(cursor.Peek());
        run = run.TrimEnd('.');
        if (!run.EndsWith("::", StringComparison.Ordinal)) run = run.TrimEnd(':');
        if (isCut || !IsAddressV6(run)) return cursor.Nothing;
        return cursor.Answer(run.Length, PublicScore);
    }

    // The first colon comes behind four digits at most: this is asked at every word that starts with a to f.
    private static bool HasEarlyColon(ref TextCursor cursor)
    {
        for (var i = 0; i < 5; i++)
        {
            var c = cursor.Peek(i);
            if (c == ':') return true;
            if (!char.IsAsciiHexDigit(c)) return false;
        }

        return false;
    }

    // With groups left out, there must be three others, or a digit: a::b is code as well.
    private static bool IsAddressV6(ReadOnlySpan<char> run)
    {
        var colons = run.Count(':');
        if (colons < 2 || !run.ContainsAnyInRange('0', '9')) return false;
        if (colons < 3 && !run.Contains("::", StringComparison.Ordinal)) return false;
        return IPAddress.TryParse(run, out var address) && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.IPv6Any);
    }
}
