using System.Text;

namespace Millrace.Retrieval.Parsing;

/// <summary>Rows of a table as lines that can be read alone: each value with its column's name.</summary>
internal static class TableText
{
    /// <summary>Most UTF-16 code units of a column's name. A longer "name" is a sentence, and repeating it in every row would drown the
    /// values.</summary>
    public const int ColumnNameCharsMax = 60;

    /// <summary>One line for a row, such as <c>Country: France; Price: $9; Time: 3 days.</c></summary>
    /// <param name="columns">Names of the columns; empty when the table has no header.</param>
    /// <param name="cells">The row's cells, white space collapsed.</param>
    public static string Row(IReadOnlyList<string> columns, IReadOnlyList<string> cells) =>
        Line(cells.Select((cell, i) => (i < columns.Count ? columns[i] : "", cell)));

    /// <summary>One line for named values; empty ones are left out, and names that are too long.</summary>
    public static string Line(IEnumerable<(string Name, string Value)> values)
    {
        var line = new StringBuilder();
        foreach (var (name, value) in values)
        {
            if (value.Length == 0) continue;
            if (line.Length > 0) line.Append("; ");
            if (IsName(name)) line.Append(name).Append(": ");
            line.Append(value);
        }

        if (line.Length > 0 && line[^1] is not ('.' or '!' or '?' or ':')) line.Append('.');
        return line.ToString();
    }

    /// <summary>Whether a text can stand in front of a value.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= ColumnNameCharsMax;
}
