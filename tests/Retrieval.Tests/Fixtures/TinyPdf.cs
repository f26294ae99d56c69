using System.Globalization;
using System.Text;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>The smallest PDF with text: one font, and a content stream for each page.</summary>
internal static class TinyPdf
{
    /// <summary>A file with the given pages; each page is a list of lines.</summary>
    /// <param name="trailer">What else the trailer says, such as an encryption dictionary.</param>
    /// <param name="pages">The lines of each page, in ASCII.</param>
    public static byte[] Build(string trailer, params string[][] pages)
    {
        List<string> objects =
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {pages.Length} /Kids [{string.Join(' ', pages.Select((_, i) => $"{PageObject(i)} 0 R"))}] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ];
        for (var i = 0; i < pages.Length; i++)
        {
            objects.Add($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
                + $"/Contents {PageObject(i) + 1} 0 R >>");
            objects.Add(Stream(pages[i]));
        }

        return File(objects, trailer);
    }

    public static byte[] Build(params string[][] pages) => Build("", pages);

    private static int PageObject(int page) => 4 + (2 * page);

    private static string Stream(string[] lines)
    {
        var text = "BT /F1 12 Tf 14 TL 72 720 Td " + string.Concat(lines.Select(line => $"({Escaped(line)}) Tj T* ")) + "ET";
        return $"<< /Length {text.Length} >>\nstream\n{text}\nendstream";
    }

    private static string Escaped(string line) => line
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("(", "\\(", StringComparison.Ordinal)
        .Replace(")", "\\)", StringComparison.Ordinal);

    private static byte[] File(List<string> objects, string trailer)
    {
        var file = new StringBuilder("%PDF-1.4\n");
        List<int> offsets = [];
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(file.Length);
            file.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }

        var table = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets) file.Append(CultureInfo.InvariantCulture, $"{offset:D10} 00000 n \n");
        file.Append(
            CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(file.ToString());
    }
}
