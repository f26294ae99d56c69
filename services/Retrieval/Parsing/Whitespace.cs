using System.Text;

namespace Millrace.Retrieval.Parsing;

/// <summary>Runs of white space as one space.</summary>
internal static class Whitespace
{
    /// <summary>The text with each run of white space as one space, and none at its ends.</summary>
    public static string Collapse(ReadOnlySpan<char> text)
    {
        var collapsed = new StringBuilder(text.Length);
        AppendCollapsed(collapsed, text);
        return collapsed.ToString().Trim();
    }

    /// <summary>Appends a text with each run of white space as one space, none at the beginning of a line.</summary>
    public static void AppendCollapsed(StringBuilder target, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c)) target.Append(c);
            else if (target.Length > 0 && !char.IsWhiteSpace(target[^1])) target.Append(' ');
        }
    }

    /// <summary>A text with one paragraph, list item or table row per line: blank lines gone, runs of spaces as one.</summary>
    public static string OneParagraphPerLine(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var range in text.Split('\n'))
        {
            var line = Collapse(text[range]);
            if (line.Length == 0) continue;
            if (result.Length > 0) result.Append('\n');
            result.Append(line);
        }

        return result.ToString();
    }
}
