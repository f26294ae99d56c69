using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Retrieval.Parsing.Csv;

/// <summary>CSV and TSV: each row becomes a line that names each value by its column, so that a row is found and understood alone. Rows
/// are grouped, and the breadcrumb says which rows a group has.</summary>
internal sealed partial class CsvParser : IDocumentParser
{
    private const int RowsPerGroup = 50;
    private const int SampledCharsMax = 64 * 1024;
    private const int SampledRowsMax = 20;
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <inheritdoc/>
    public IReadOnlyCollection<string> MediaTypes => [Parsing.MediaTypes.Csv, Parsing.MediaTypes.Tsv];

    /// <inheritdoc/>
    public void Parse(DocumentSource source, DocumentTextBuilder builder)
    {
        var text = source.Lines();
        var delimiter = source.MediaType == Parsing.MediaTypes.Tsv ? '\t' : DelimiterOf(text);
        var reader = new CsvReader(text, delimiter);
        if (reader.Read(source.Budget) is not { } first) return;
        if (IsHeader(first)) AddRows(reader, [.. first.Select(name => Whitespace.Collapse(name))], null, builder);
        else AddRows(reader, [], first, builder);
    }

    private static void AddRows(CsvReader reader, List<string> columns, List<string>? first, DocumentTextBuilder builder)
    {
        var number = 0;
        var used = new bool[columns.Count];
        for (var row = first ?? reader.Read(builder.Budget); row is not null; row = reader.Read(builder.Budget))
        {
            if (number % RowsPerGroup == 0) builder.BeginPart(1, GroupName(number + 1));
            var values = row.ConvertAll(value => Whitespace.Collapse(value));
            builder.AddLine(TableText.Row(columns, values));
            for (var i = 0; i < Math.Min(used.Length, values.Count); i++) used[i] |= values[i].Length > 0;
            number++;
        }

        // The name of a column without values is in no row, and can be looked for all the same.
        builder.AddLine(TableText.Row([], columns.Where((_, i) => !used[i]).ToList()));
    }

    private static string GroupName(int first) =>
        string.Create(CultureInfo.InvariantCulture, $"Rows {first} to {first + RowsPerGroup - 1}");

    // Names are short, all different, and no numbers or dates; a table of which that is not true has no header. Programs leave the name of
    // a first column with row numbers out.
    private static bool IsHeader(List<string> row)
    {
        var names = row.ConvertAll(name => Whitespace.Collapse(name));
        return names.Count > (names[0].Length == 0 ? 1 : 0)
            && names.Skip(names[0].Length == 0 ? 1 : 0).All(name => TableText.IsName(name) && !Value().IsMatch(name))
            && names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Count;
    }

    // The right delimiter cuts the first rows into equally many values, and into more than one.
    private static char DelimiterOf(string text)
    {
        var sample = text.Length <= SampledCharsMax ? text : text[..SampledCharsMax];
        return Delimiters.MaxBy(delimiter => Evenness(sample, delimiter));
    }

    private static double Evenness(string sample, char delimiter)
    {
        var reader = new CsvReader(sample, delimiter);
        var budget = new ParsingBudget(new ParsingOptions { TableCellsMax = SampledCharsMax + 1 }, CancellationToken.None);
        List<int> counts = [];
        while (counts.Count < SampledRowsMax && reader.Read(budget) is { } row) counts.Add(row.Count);
        if (counts.Count == 0 || counts[0] < 2) return 0;
        var alike = counts.Count(count => count == counts[0]);
        return ((double)alike / counts.Count) + (Math.Min(counts[0], 100) / 1000.0);
    }

    [GeneratedRegex(@"^[-+$€£]?[\d.,'\s]*\d[\d.,'\s]*[%€]?$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", RegexOptions.CultureInvariant)]
    private static partial Regex Value();
}
