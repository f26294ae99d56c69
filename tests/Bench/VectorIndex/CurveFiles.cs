using System.Globalization;
using System.Text;

namespace Millrace.Bench.VectorIndex;

/// <summary>Writes curves as a table and as a picture.</summary>
internal static class CurveFiles
{
    private const int Width = 720;
    private const int Height = 440;
    private const int Margin = 60;
    private const double RecallMin = 0.85;

    private static readonly string[] Colours = ["#1f77b4", "#2ca02c", "#d62728", "#9467bd"];

    /// <summary>Writes <c>NAME.csv</c> and <c>NAME.svg</c>.</summary>
    public static void Write(string folder, string name, string title, IReadOnlyList<Curve> curves)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".csv"), Csv(curves));
        File.WriteAllText(Path.Combine(folder, name + ".svg"), Svg(title, curves));
    }

    private static string Csv(IEnumerable<Curve> curves)
    {
        var rows = curves.SelectMany(curve => curve.Points.Select(point =>
            string.Create(CultureInfo.InvariantCulture, $"{curve.Name},{point.Ef},{point.Recall:0.0000},{point.Rate.Median:0}")));
        return string.Join('\n', rows.Prepend("index,ef,recall,queries_per_second")) + "\n";
    }

    private static string Svg(string title, IReadOnlyList<Curve> curves)
    {
        var top = curves.SelectMany(curve => curve.Points).Max(point => point.Rate.Median) * 1.1;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns='http://www.w3.org/2000/svg' width='{Width}' height='{Height}' ");
        svg.Append("font-family='sans-serif' font-size='12'><rect width='100%' height='100%' fill='white'/>\n");
        Text(svg, Margin, 24, $"{title}: queries/s by recall@10, one thread");
        for (var recall = RecallMin; recall < 1.001; recall += 0.05) Text(svg, X(recall) - 10, Height - Margin + 20, $"{recall:0.00}");
        for (var share = 0.25; share < 1.001; share += 0.25) Text(svg, 6, Y(top * share, top), $"{top * share:0}");
        for (var i = 0; i < curves.Count; i++) Draw(svg, curves[i], i, top);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Draw(StringBuilder svg, Curve curve, int index, double top)
    {
        var colour = Colours[index % Colours.Length];
        var points = curve.Points.Where(point => point.Recall >= RecallMin).Select(point =>
            string.Create(CultureInfo.InvariantCulture, $"{X(point.Recall):0.0},{Y(point.Rate.Median, top):0.0}"));
        var line = string.Join(' ', points);
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill='none' stroke='{colour}' stroke-width='2' points='{line}'/>");
        svg.Append(CultureInfo.InvariantCulture, $"<g fill='{colour}'>");
        Text(svg, Margin + 10, 60 + (18 * index), curve.Name);
        svg.Append("</g>\n");
    }

    private static void Text(StringBuilder svg, double x, double y, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x='{x:0.0}' y='{y:0.0}'>{text}</text>\n");

    private static double X(double recall) => Margin + ((recall - RecallMin) / (1 - RecallMin) * (Width - (2 * Margin)));

    private static double Y(double rate, double top) => Height - Margin - (rate / top * (Height - (2 * Margin)));
}
