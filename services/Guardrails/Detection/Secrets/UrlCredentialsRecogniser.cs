namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>
/// A name and a password inside an address: what stands between <c>://</c> and the at sign, so that the rest of the address stays readable.
/// </summary>
internal sealed class UrlCredentialsRecogniser : Recogniser
{
    private const int CredentialCharsMax = 256;
    private const float Score = 1.0f;

    public override string Rule => "secret.url_credentials";

    public override int CharsMax => CredentialCharsMax + 1;

    public override bool ReadsFolded => true;

    public override bool TakesWords => false;

    public override bool CanStart(char first) =>
        first is > ' ' and < '\u007F' and not ('/' or '@' or '?' or '#' or '"' or '\'' or '<' or '>');

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (start < 3 || text[start - 1] != '/' || !text[..start].EndsWith("://", StringComparison.Ordinal)) return Match.None;

        var cursor = new TextCursor(text, start, isEnd);
        var authority = cursor.TakeWhile(IsOfAuthority, CredentialCharsMax);
        var (at, colon) = (authority.LastIndexOf('@'), authority.IndexOf(':'));
        return cursor.Answer(colon >= 0 && at > colon + 1 ? at : 0, Score);
    }

    private static bool IsOfAuthority(char c) => c > ' ' && !char.IsWhiteSpace(c)
        && c is not ('/' or '?' or '#' or '"' or '\'' or '<' or '>' or '`');
}
