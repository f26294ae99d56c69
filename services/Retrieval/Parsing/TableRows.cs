namespace Millrace.Retrieval.Parsing;

/// <summary>A cell as a format has it.</summary>
/// <param name="Text">Its text, white space collapsed.</param>
/// <param name="Columns">Columns that it covers.</param>
/// <param name="Rows">Rows that it covers, its own included.</param>
internal readonly record struct GridCell(string Text, int Columns = 1, int Rows = 1)
{
    /// <summary>Whether it names what is beside or below it.</summary>
    public bool IsHeader { get; init; }
}

/// <summary>
/// A table, row by row, as lines in which each value has the name of its column. The names of several header rows are joined from the top
/// down (<c>2024 Q1</c>); a value that covers several columns has all their names, one that covers several rows is in each of them.
/// </summary>
/// <param name="builder">Takes the lines; its budget counts the cells, covered ones included.</param>
internal sealed class TableRows(DocumentTextBuilder builder)
{
    // More rows of names than that are no header, but a table of which all cells were marked as one.
    private const int HeaderRowsMax = 4;

    private readonly List<(string Name, bool IsUsed)> _columns = [];
    private List<Placed> _lastHeader = [];
    private List<Placed> _below = [];
    private int _headerRows;
    private int _rows;

    /// <summary>Adds a row.</summary>
    /// <param name="cells">Its cells in order, without those that cells of earlier rows cover.</param>
    /// <param name="isHeader">Whether it names the columns of the rows below it.</param>
    public void Add(IReadOnlyList<GridCell> cells, bool isHeader)
    {
        var row = Place(cells);
        if (row.Count == 0 || IsHeaderAgain(row)) return;
        if (IsTitle(row))
        {
            builder.AddLine(row[0].Text);
            return;
        }

        if (isHeader && _rows > 0) EndNames();
        if (isHeader && _headerRows < HeaderRowsMax) AddNames(row);
        else AddValues(row);
    }

    /// <summary>Ends a group of rows; no cell reaches beyond it.</summary>
    public void EndGroup() => _below = [];

    /// <summary>Ends the table: names of which no row has a value are still looked for.</summary>
    public void End()
    {
        EndNames();
        EndGroup();
    }

    // Long tables repeat their header on each page.
    private bool IsHeaderAgain(List<Placed> row) =>
        _rows > 0 && row.Count == _lastHeader.Count && row.Zip(_lastHeader).All(pair => pair.First.Text == pair.Second.Text);

    private void AddNames(List<Placed> row)
    {
        foreach (var cell in row) AddName(cell);
        _lastHeader = row;
        _headerRows++;
    }

    // What is too long for a name is read once, above the rows.
    private void AddName(Placed cell)
    {
        while (_columns.Count < cell.End) _columns.Add(("", false));
        if (cell.Text.Length > TableText.ColumnNameCharsMax) builder.AddLine(cell.Text);
        if (!TableText.IsName(cell.Text)) return;
        var dropped = "";
        for (var column = cell.Column; column < cell.End; column++)
        {
            var above = _columns[column].Name;
            var joined = Joined(above, cell.Text);
            if (!TableText.IsName(joined))
            {
                if (above != dropped) builder.AddLine(above);
                (dropped, joined) = (above, cell.Text);
            }

            _columns[column] = (joined, false);
        }
    }

    // A name that covers several header rows is one name.
    private static string Joined(string above, string name) =>
        above.Length == 0 || above == name ? name : above.EndsWith(" " + name, StringComparison.Ordinal) ? above : $"{above} {name}";

    // One cell over the whole width says what the rows below it are: it is no value of any column, and names none.
    private bool IsTitle(List<Placed> row) =>
        row is [var only] && (only.Columns > 1 ? only.Columns >= _columns.Count : only.IsHeader && _columns.Count > 1);

    private void AddValues(List<Placed> row)
    {
        _rows++;
        var isNamed = _columns.Count == 0 && row is [{ IsHeader: true }, { IsHeader: false, Text.Length: > 0 }, ..]
            && TableText.IsName(row[0].Text);
        builder.AddLine(TableText.Line(isNamed
            ? row.Skip(1).Select((cell, i) => (i == 0 ? row[0].Text : "", cell.Text))
            : row.ConvertAll(cell => (NameOf(cell), cell.Text))));
    }

    private string NameOf(Placed cell)
    {
        if (cell.Text.Length == 0 || cell.Column >= _columns.Count) return "";
        var end = Math.Min(cell.End, _columns.Count);
        var names = _columns.GetRange(cell.Column, end - cell.Column).Select(column => column.Name);
        var name = string.Join(", ", names.Where(name => name.Length > 0).Distinct());
        if (!TableText.IsName(name)) return "";
        for (var column = cell.Column; column < end; column++) _columns[column] = (_columns[column].Name, true);
        return name;
    }

    private void EndNames()
    {
        var unused = _columns.Where(column => !column.IsUsed).Select(column => ("", column.Name)).Distinct().ToList();
        if (unused.Count > 0) builder.AddLine(TableText.Line(unused));
        _columns.Clear();
        (_rows, _headerRows, _lastHeader) = (0, 0, []);
    }

    /// <summary>Gives the cells of a row their columns, among those that cells above it cover.</summary>
    private List<Placed> Place(IReadOnlyList<GridCell> cells)
    {
        List<Placed> row = [];
        var (column, next) = (0, 0);
        foreach (var cell in cells)
        {
            TakeCovered(row, ref next, ref column);
            var free = next < _below.Count ? _below[next].Column - column : int.MaxValue - column;
            var columns = Math.Clamp(cell.Columns, 1, free);
            builder.Budget.TakeCells(columns);
            row.Add(new Placed(cell.Text, column, columns, cell.Rows) { IsHeader = cell.IsHeader });
            column += columns;
        }

        for (; next < _below.Count; next++) row.Add(Covered(_below[next]));
        _below = [.. row.Where(cell => cell.Rows > 1).Select(cell => cell with { Rows = cell.Rows - 1 })];
        return row;
    }

    private void TakeCovered(List<Placed> row, ref int next, ref int column)
    {
        for (; next < _below.Count && _below[next].Column == column; next++)
        {
            row.Add(Covered(_below[next]));
            column = _below[next].End;
        }
    }

    private Placed Covered(Placed cell)
    {
        builder.Budget.TakeCells(cell.Columns);
        return cell;
    }

    /// <summary>A cell in its columns.</summary>
    /// <param name="Text">Its text.</param>
    /// <param name="Column">Its first column, from 0.</param>
    /// <param name="Columns">Columns that it covers.</param>
    /// <param name="Rows">Rows that it still covers, this one included.</param>
    private readonly record struct Placed(string Text, int Column, int Columns, int Rows)
    {
        public bool IsHeader { get; init; }

        public int End => Column + Columns;
    }
}
