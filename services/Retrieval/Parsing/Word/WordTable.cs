namespace Millrace.Retrieval.Parsing.Word;

/// <summary>A table while it is read, row by row.</summary>
/// <param name="target">Takes the rows: the document, or the cell that the table stands in.</param>
internal sealed class WordTable(DocumentTextBuilder target)
{
    private readonly TableRows _rows = new(target);
    private readonly Dictionary<long, string> _above = [];
    private List<GridCell> _row = [];
    private List<GridCell>? _held;
    private long _column;
    private int _columns = 1;
    private bool _isContinued;
    private bool _isHeader;
    private int _rowsEnded;

    /// <summary>Takes the text of the cell that is being read; null between cells.</summary>
    public DocumentTextBuilder? Cell { get; private set; }

    /// <summary>The row names the columns, as those above it do.</summary>
    public void MarkHeader() => _isHeader = true;

    /// <summary>The row begins further to the right.</summary>
    public void Skip(int columns)
    {
        if (columns > 0) Add("", columns);
    }

    /// <summary>Begins a cell.</summary>
    public void BeginCell()
    {
        target.Budget.RequireCells(_row.Count + 1);
        Cell = target.Detached();
    }

    /// <summary>The cell covers so many columns.</summary>
    public void Span(int columns) => _columns = Math.Max(1, columns);

    /// <summary>The cell goes on with the one above it.</summary>
    public void Continue() => _isContinued = true;

    /// <summary>Ends a cell.</summary>
    public void EndCell()
    {
        if (Cell is not { } cell) return;
        var text = Whitespace.Collapse(cell.BuildText());
        if (_isContinued && text.Length == 0) text = _above.GetValueOrDefault(_column, "");
        _above[_column] = text;
        Add(text, _columns);
        (Cell, _columns, _isContinued) = (null, 1, false);
    }

    /// <summary>Ends a row. A first row that says nothing of itself is the header if it looks like one and is not alone.</summary>
    public void EndRow()
    {
        EndCell();
        if (_row.Count == 0) return;
        var row = _row;
        if (_held is { } first) _rows.Add(first, isHeader: true);
        _held = null;
        if (_rowsEnded++ == 0 && !_isHeader && LooksLikeHeader(row)) _held = row;
        else _rows.Add(row, _isHeader);
        (_row, _column, _isHeader) = ([], 0, false);
    }

    /// <summary>Ends the table.</summary>
    public void End()
    {
        EndRow();
        if (_held is { } only) _rows.Add(only, isHeader: false);
        _rows.End();
    }

    private void Add(string text, int columns)
    {
        _row.Add(new GridCell(text, columns));
        _column += columns;
    }

    // Short, different names for all columns, of which none covers two.
    private static bool LooksLikeHeader(List<GridCell> row) =>
        row.Count > 1
        && row.TrueForAll(cell => TableText.IsName(cell.Text) && cell.Columns == 1 && !char.IsDigit(cell.Text[0]))
        && row.DistinctBy(cell => cell.Text, StringComparer.OrdinalIgnoreCase).Count() == row.Count;
}
