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
    public static string Of(string title, IReadOnlyList<string> breadcrumb) =>
        string.Join(Separator, breadcrumb is [var first, ..] && first == title ? breadcrumb : [title, .. breadcrumb]);

    /// <summary>What is embedded for a chunk.</summary>
    public static string Above(string header, string text) => $"{header}\n{text}";
}
