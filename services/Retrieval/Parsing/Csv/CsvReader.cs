using System.Text;

namespace Millrace.Retrieval.Parsing.Csv;

/// <summary>
/// Reads rows of delimited values. Quotes are as in RFC 4180; where a file breaks those rules, its characters are kept as they are, so
/// that no file is refused for its quotes and none of its words is lost.
/// </summary>
/// <param name="source">The text; lines end with a line feed.</param>
/// <param name="delimiter">The character between values.</param>
internal sealed class CsvReader(string source, char delimiter)
{
    private readonly StringBuilder _cell = new();
    private readonly int _lastQuote = source.LastIndexOf('"');
    private int _next;

    /// <summary>The next row's values; null at the end. Blank lines are no rows.</summary>
    /// <param name="budget">Counts the cells.</param>
    public List<string>? Read(ParsingBudget budget)
    {
        while (_next < source.Length && source[_next] == '\n') _next++;
        if (_next >= source.Length) return null;
        List<string> row = [];
        do
        {
            budget.TakeCells(1);
            row.Add(Cell());
        }
        while (TakeDelimiter());
        if (_next < source.Length) _next++;
        return row;
    }

    private bool TakeDelimiter()
    {
        if (_next >= source.Length || source[_next] != delimiter) return false;
        _next++;
        return true;
    }

    private string Cell()
    {
        _cell.Clear();
        if (_next < source.Length && source[_next] == '"' && ClosingQuote() is { } end) Quoted(end);
        while (_next < source.Length && source[_next] != delimiter && source[_next] != '\n') _cell.Append(source[_next++]);
        return _cell.ToString();
    }

    private void Quoted(int end)
    {
        _next++;
        while (_next < end)
        {
            var c = source[_next++];
            _cell.Append(c);
            if (c == '"') _next++;
        }

        _next = end + 1;
    }

    // A quote that nothing closes is a character like any other; otherwise it would swallow the rest of the file.
    private int? ClosingQuote()
    {
        for (var i = _next + 1; i <= _lastQuote; i++)
        {
            if (source[i] != '"') continue;
            if (i + 1 >= source.Length || source[i + 1] != '"') return i;
            i++;
        }

        return null;
    }
}
