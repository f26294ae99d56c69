using System.Collections.Frozen;

namespace Millrace.Guardrails.Detection.Network;

/// <summary>
/// Addresses of pages (a scheme, or <c>www.</c>, and what follows) and bare domain names with a top-level domain that is not also an ending
/// of file names or a word. At most 512 characters; a longer one is taken up to there.
/// </summary>
internal sealed class UrlRecogniser : Recogniser
{
    private const int UrlCharsMax = 512;
    private const int DomainCharsMax = 253;
    private const float UrlScore = 1.0f;
    private const float DomainScore = 0.6f;

    private static readonly string[] Schemes = ["https://", "http://", "ftp://", "sftp://", "ws://", "wss://", "www."];

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> TopLevels = (
        "com org net edu gov mil int info biz io ai dev app cloud tech online site store shop blog xyz museum name pro eu uk de fr nl ch "
        + "se dk fi cz sk pl hu ro bg hr gr pt lu ie ru ua tr jp cn kr tw hk sg th vn ph id my au nz ca mx br ar cl pe uy za ng ke eg "
        + "il ae co")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public override string Rule => "entity.url";

    public override int CharsMax => UrlCharsMax + Borders.CharsMax;

    public override bool ReadsFolded => true;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => char.IsAsciiLetterOrDigit(first);

    public override bool CanBeSecond(char second) => char.IsAsciiLetterOrDigit(second) || second is '-' or '.';

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (start > 0 && text[start - 1] is '@' or '/' or '.' or '-' or '\\') return Match.None;

        if (IsWordAlone(text[start..])) return Match.None;
        var cursor = new TextCursor(text, start, isEnd);
        foreach (var scheme in Schemes)
            if (cursor.TryTake(scheme)) return MatchRest(ref cursor);
        return MatchDomain(ref cursor);
    }

    // What neither a full stop nor a colon follows is no scheme and no label of a name.
    private static bool IsWordAlone(ReadOnlySpan<char> text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '-')) end++;
        return end < text.Length && text[end] is not ('.' or ':');
    }

    // Marks at the end belong to the sentence, as does a closing bracket that was not opened inside.
    private static Match MatchRest(ref TextCursor cursor)
    {
        var rest = cursor.TakeWhile(IsUrl, UrlCharsMax - cursor.Length);
        var end = rest.TrimEnd(".,;:!?'\"").Length;
        while (end > 0 && rest[end - 1] == ')' && rest[..end].Count(')') > rest[..end].Count('(')) end--;
        while (end > 0 && rest[end - 1] is ']' or '}' or '.' or ',') end--;
        return cursor.Answer(end == 0 ? 0 : cursor.Length - rest.Length + end, UrlScore);
    }

    private static Match MatchDomain(ref TextCursor cursor)
    {
        var (found, label) = (0, 0);
        while (cursor.Length < DomainCharsMax)
        {
            var letters = cursor.TakeWhile(static c => char.IsAsciiLetterOrDigit(c) || c == '-', 64);
            if (letters.IsEmpty || letters.Length > 63) break;
            found = ++label > 1 && TopLevels.Contains(letters) && !Chars.IsWord(cursor.Peek()) ? cursor.Length : 0;
            if (cursor.Peek() != '.' || !char.IsAsciiLetterOrDigit(cursor.Peek(1))) break;
            cursor.Position++;
        }

        return cursor.Answer(cursor.Peek() is '@' or '(' or '_' ? 0 : found, DomainScore);
    }

    private static bool IsUrl(char c) => c > ' ' && !char.IsWhiteSpace(c) && c is not ('<' or '>' or '"' or '`' or '|' or '\\' or '^');
}
