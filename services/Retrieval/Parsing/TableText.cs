using System.Text;

namespace Millrace.Retrieval.Parsing;

/// <summary>Rows of a table as lines that can be read alone: each value with its column's name.</summary>
internal static class TableText
{
    // A longer "name" is a sentence, and repeating it in every row would drown the values.
    private const int ColumnNameCharsMax = 60;

    /// <summary>One line for a row, such as <c>Country: France; Price: $9; Time: 3 days.</c></summary>
    /// <param name="columns">Names of the columns; empty when the table has no header.</param>
    /// <param name="cells">The row's cells, white space collapsed.</param>
    public static string Row(IReadOnlyList<string> columns, IReadOnlyList<string> cells)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Count; i++)
        {
            if (cells[i].Length == 0) continue;
            if (line.Length > 0) line.Append("; ");
            if (i < columns.Count && columns[i].Length is > 0 and <= ColumnNameCharsMax) line.Append(columns[i]).Append(": ");
            line.Append(cells[i]);
        }

        if (line.Length > 0 && line[^1] is not ('.' or '!' or '?' or ':')) line.Append('.');
        return line.ToString();
    }
}
