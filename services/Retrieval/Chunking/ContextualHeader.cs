namespace Millrace.Retrieval.Chunking;

/// <summary>
/// Where a chunk stands in its document, in words. A chunk is embedded and indexed below its header, since "It takes 7 days" says nothing
/// without "Returns > Refunds"; the header is no part of the chunk's text.
/// </summary>
internal static class ContextualHeader
{
    private const string Separator = " > ";

    /// <summary>The header, such as <c>Returns > Refunds</c>.</summary>
    /// <param name="title">Title of the document.</param>
    /// <param name="breadcrumb">Headings above the chunk, outermost first.</param>
    public static string Of(string title, IReadOnlyList<string> breadcrumb) => string.Join(Separator, Parts(title, breadcrumb));

    /// <summary>What is embedded for a chunk.</summary>
    public static string Above(string header, string text) => header.Length == 0 ? text : $"{header}\n{text}";

    /// <summary>Title and headings; the title once where the first heading is it.</summary>
    public static IReadOnlyList<string> Parts(string title, IReadOnlyList<string> breadcrumb) =>
        breadcrumb is [var first, ..] && first == title ? breadcrumb : [title, .. breadcrumb];

    /// <summary>
    /// A header within its limit. Headings between the title and the last one go first, the outermost before the others; then the title
    /// and the last heading are cut to their beginnings, half of the limit for the heading.
    /// </summary>
    /// <param name="text">The whole header, and its limit.</param>
    /// <param name="parts">What it was joined from, at least one.</param>
    public static string Within(MeasuredText text, IReadOnlyList<string> parts)
    {
        var whole = text.Document.Text;
        var title = new TextRange(0, parts[0].Length);
        var tailStart = title.End;
        foreach (var part in parts.Skip(1))
        {
            var tail = new TextRange(tailStart, whole.Length - tailStart);
            if (text.Tokens(title) + text.Tokens(tail) <= text.OwnTokensMax) return string.Concat(parts[0], whole.AsSpan(tailStart));
            tailStart += Separator.Length + part.Length;
        }

        return parts.Count == 1 ? Beginning(text, title, text.OwnTokensMax) : Ends(text, title, parts[^1].Length);
    }

    private static string Ends(MeasuredText text, TextRange title, int headingLength)
    {
        var whole = text.Document.Text;
        var headingStart = whole.Length - headingLength;
        var separator = text.Tokens(new TextRange(headingStart - Separator.Length, Separator.Length));
        var heading = Beginning(text, new TextRange(headingStart, headingLength), (text.OwnTokensMax / 2) - separator);
        if (heading.Length == 0) return Beginning(text, title, text.OwnTokensMax);
        var room = text.OwnTokensMax - separator - text.Tokens(new TextRange(headingStart, heading.Length));
        var before = Beginning(text, title, room);
        return before.Length == 0 ? heading : before + Separator + heading;
    }

    private static string Beginning(MeasuredText text, TextRange part, int tokensMax)
    {
        if (tokensMax < 1 || part.Length == 0) return "";
        if (text.Fits(part, tokensMax)) return text.Document.Text.Substring(part.Start, part.Length);
        var beginning = TextRuns.First(text, part, tokensMax);
        return text.Fits(beginning, tokensMax) ? text.Document.Text.Substring(beginning.Start, beginning.Length) : "";
    }
}
