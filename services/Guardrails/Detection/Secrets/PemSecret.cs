namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>
/// A private key as PEM writes it: from <c>-----BEGIN ... PRIVATE KEY-----</c> to its <c>-----END ...-----</c>. Where that is missing, to
/// the first character that no such key has: a sentence more than needed is masked rather than a line of the key shown.
/// </summary>
internal sealed class PemSecret : LongSecret
{
    private const string Begin = "-----BEGIN";
    private const string End = "-----END";
    private const string Dashes = "-----";
    private const int LabelCharsMax = 64;

    public override string Rule => "secret.private_key";

    public override string Mark => Begin;

    public override int CharsMax => 32_768;

    public override Match HeadAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start + Begin.Length, isEnd);
        var label = cursor.TakeWhile(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == ' ', LabelCharsMax);
        if (cursor.Peek() != '-' || !label.Contains("PRIVATE KEY", StringComparison.Ordinal)) return cursor.Nothing;
        return Match.Found(Begin.Length + label.Length, score: 1);
    }

    public override int EndOf(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var at = start;
        while (at < text.Length && IsOfKey(text[at])) at++;

        var foot = text[start..at].IndexOf(End, StringComparison.Ordinal);
        if (foot >= 0)
        {
            var label = start + foot + End.Length;
            var close = text[label..at].IndexOf(Dashes, StringComparison.Ordinal);
            if (close >= 0) return label + close + Dashes.Length;
        }

        return at < text.Length || isEnd ? start + text[start..at].TrimEnd().Length : -1;
    }

    private static bool IsOfKey(char c) =>
        char.IsAsciiLetterOrDigit(c) || char.IsWhiteSpace(c) || c is '+' or '/' or '=' or '-' or '\\' or '"' or '\'' or ',' or ':' or '_';
}
