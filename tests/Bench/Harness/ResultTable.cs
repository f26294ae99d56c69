using System.Text;

namespace Millrace.Bench.Harness;

/// <summary>Results as text.</summary>
internal static class ResultTable
{
    private static readonly string[] Heads = ["metric", "value", "unit", "baseline", "its value", "ratio", "spread", "target", "note"];

    /// <summary>A result in one line.</summary>
    public static string Line(BenchRow row)
    {
        var text = new StringBuilder($"{row.Metric}: {Number(row.Value)} {row.Unit}");
        if (row.Ratio is { } ratio) text.Append($", {Figures.Short(ratio)} x {row.Baseline} ({Number(row.BaselineValue)})");
        if (row.Spread is { } spread) text.Append($", spread {spread}");
        if (row.Target is not null) text.Append($", target {TargetOf(row)}");
        if (row.Note is { } note) text.Append($"; {note}");
        return text.ToString();
    }

    /// <summary>All results, each in a line of the same columns.</summary>
    public static string Format(IReadOnlyList<BenchRow> rows)
    {
        var lines = rows.Select(Cells).Prepend(Heads).ToList();
        var widths = Enumerable.Range(0, Heads.Length).Select(column => lines.Max(cells => cells[column].Length)).ToArray();
        return string.Join('\n', lines.Select(cells => string.Join("  ", cells.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()));
    }

    private static string[] Cells(BenchRow row) =>
    [
        row.Metric, Number(row.Value), row.Unit, row.Baseline ?? "", row.BaselineValue is null ? "" : Number(row.BaselineValue),
        row.Ratio is null ? "" : Number(row.Ratio), row.Spread ?? "", TargetOf(row), row.Note ?? "",
    ];

    private static string Number(double? value) => value is { } number ? Figures.Short(number) : "-";

    private static string TargetOf(BenchRow row) => row switch
    {
        { Target: null } => "",
        { Met: true } => $"{row.Target} met",
        { Met: false } => $"{row.Target} MISSED",
        _ => row.Target,
    };
}
