namespace Millrace.Retrieval.Parsing.Word;

/// <summary>A table while it is read, row by row.</summary>
internal sealed class WordTable
{
    private const int ColumnNameCharsMax = 60;
    private readonly List<List<string>> _rows = [];
    private bool _hasHeader;
    private DocumentTextBuilder? _cell;
    private int _pendingBlanks;

    /// <summary>Takes the text of the cell that is being read; null between cells.</summary>
    public DocumentTextBuilder? Cell => _cell;

    /// <summary>Begins a row.</summary>
    public void BeginRow() => _rows.Add([]);

    /// <summary>The row names the columns.</summary>
    public void MarkHeader() => _hasHeader |= _rows.Count == 1;

    /// <summary>Begins a cell.</summary>
    public void BeginCell(DocumentTextBuilder document)
    {
        document.Budget.TakeCells(1);
        _cell = document.Detached();
    }

    /// <summary>The cell covers further columns, which are empty.</summary>
    public void Span(int columns)
    {
        if (_rows.Count == 0 || _cell is null || columns < 2) return;
        _cell.Budget.TakeCells(columns - 1);
        _pendingBlanks = columns - 1;
    }

    /// <summary>Ends a cell.</summary>
    public void EndCell()
    {
        if (_cell is null) return;
        if (_rows.Count == 0) BeginRow();
        _rows[^1].Add(Whitespace.Collapse(_cell.BuildText()));
        _rows[^1].AddRange(Enumerable.Repeat("", _pendingBlanks));
        (_cell, _pendingBlanks) = (null, 0);
    }

    /// <summary>Writes the rows. A first row that says nothing of itself counts as the header if it looks like one: short, different names
    /// for all columns.</summary>
    public void Write(DocumentTextBuilder builder)
    {
        EndCell();
        if (_rows.Count == 0) return;
        var isHeader = _rows.Count > 1 && (_hasHeader || LooksLikeHeader(_rows[0]));
        foreach (var row in _rows.Skip(isHeader ? 1 : 0)) builder.AddLine(TableText.Row(isHeader ? _rows[0] : [], row));
    }

    private static bool LooksLikeHeader(List<string> row) =>
        row.Count > 1
        && row.TrueForAll(cell => cell.Length is > 0 and <= ColumnNameCharsMax && !char.IsDigit(cell[0]))
        && row.Distinct(StringComparer.OrdinalIgnoreCase).Count() == row.Count;
}
