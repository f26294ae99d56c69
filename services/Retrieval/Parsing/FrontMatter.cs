namespace Millrace.Retrieval.Parsing;

/// <summary>The block of <c>key: value</c> lines before a Markdown text. Only plain values are read; lists and nested keys are not.
/// </summary>
internal static class FrontMatter
{
    private const int KeyCharsMax = 128;
    private const int ValueCharsMax = 4096;

    /// <summary>Takes the title, and the other values as metadata.</summary>
    public static void Read(IEnumerable<string> lines, DocumentTextBuilder builder)
    {
        foreach (var line in lines)
        {
            if (line.Length == 0 || char.IsWhiteSpace(line[0]) || line[0] is '#' or '-') continue;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon is < 1 or > KeyCharsMax) continue;
            var (key, value) = (line[..colon].Trim(), Unquoted(line[(colon + 1)..].Trim()));
            if (value.Length is 0 or > ValueCharsMax) continue;
            if (key.Equals("title", StringComparison.OrdinalIgnoreCase)) builder.SetTitle(value);
            else builder.SuggestMetadata(key, value);
        }
    }

    // A value that begins a list, a mapping or a block of lines is none that can stand alone.
    private static string Unquoted(string value) => value switch
    {
        ['"', .. var inner, '"'] => inner,
        ['\'', .. var inner, '\''] => inner,
        ['[' or '{' or '|' or '>' or '&' or '*' or '!', ..] => "",
        _ => value,
    };
}
