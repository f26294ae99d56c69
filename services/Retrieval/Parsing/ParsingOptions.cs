using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Retrieval.Parsing;

/// <summary>Section <c>Retrieval:Parsing</c>: what one document may take while it is read. A document that would take more is refused,
/// and the refusal says which of these settings it met.</summary>
public sealed class ParsingOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Retrieval:Parsing";

    private const int Mebi = 1024 * 1024;

    /// <summary>Longest time that a document is read.</summary>
    /// <value>Default 60 seconds.</value>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Most UTF-16 code units of a document's text. A table repeats its column names in every row, so a text can outgrow its
    /// source.</summary>
    /// <value>Default 32 Mi.</value>
    public int TextCharsMax { get; set; } = 32 * Mebi;

    /// <summary>Most UTF-16 code units of a line, where lines have a meaning: text, Markdown, CSV, source code.</summary>
    /// <value>Default 1 Mi.</value>
    public int LineCharsMax { get; set; } = Mebi;

    /// <summary>Deepest nesting of a source. Real documents stay below 30; a walk of 200 levels is far from the end of the stack.</summary>
    /// <value>Default 200.</value>
    public int NestingMax { get; set; } = 200;

    /// <summary>Most sections of a document.</summary>
    /// <value>Default 50,000.</value>
    public int SectionsMax { get; set; } = 50_000;

    /// <summary>Most elements of a page.</summary>
    /// <value>Default 500,000.</value>
    public int ElementsMax { get; set; } = 500_000;

    /// <summary>Most cells of all tables of a document together.</summary>
    /// <value>Default 1,000,000.</value>
    public int TableCellsMax { get; set; } = 1_000_000;

    /// <summary>Most entries of a zip container, such as a .docx file.</summary>
    /// <value>Default 10,000.</value>
    public int ArchiveEntriesMax { get; set; } = 10_000;

    /// <summary>Most bytes that are inflated out of a zip container.</summary>
    /// <value>Default 64 MiB.</value>
    public int ArchiveBytesMax { get; set; } = 64 * Mebi;

    /// <summary>How many times larger than its compressed form an entry of a zip container may become; counted from 1 MiB on.</summary>
    /// <value>Default 200.</value>
    public int ArchiveRatioMax { get; set; } = 200;

    /// <summary>The program that reads PDF: a name that is found on the PATH, or a path.</summary>
    /// <value>Default <c>pdftotext</c>, of the Debian package poppler-utils.</value>
    public string PdfToTextPath { get; set; } = "pdftotext";

    /// <summary>Most memory of that program in bytes; holds where <c>prlimit</c> is installed.</summary>
    /// <value>Default 1 GiB.</value>
    public long PdfMemoryBytesMax { get; set; } = 1024L * Mebi;

    /// <summary>Most pages of a PDF.</summary>
    /// <value>Default 5,000.</value>
    public int PdfPagesMax { get; set; } = 5_000;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (TimeLimit <= TimeSpan.Zero || TimeLimit > TimeSpan.FromHours(1))
            yield return $"TimeLimit is {TimeLimit}. Set it to more than 0 and at most 1 hour.";
        if (PdfToTextPath.Length == 0) yield return "PdfToTextPath is empty. Set it to pdftotext, or to that program's path.";
        foreach (var (name, value, min, max) in Ranges())
            if (value < min || value > max) yield return $"{name} is {value}. Set it to {min} to {max}.";
    }

    private IEnumerable<(string Name, long Value, long Min, long Max)> Ranges() =>
    [
        (nameof(TextCharsMax), TextCharsMax, 1, 512L * Mebi),
        (nameof(LineCharsMax), LineCharsMax, 1, 256L * Mebi),
        (nameof(NestingMax), NestingMax, 1, 400),
        (nameof(SectionsMax), SectionsMax, 1, 1_000_000),
        (nameof(ElementsMax), ElementsMax, 1, 10_000_000),
        (nameof(TableCellsMax), TableCellsMax, 1, 100_000_000),
        (nameof(ArchiveEntriesMax), ArchiveEntriesMax, 1, 1_000_000),
        (nameof(ArchiveBytesMax), ArchiveBytesMax, 1, 1024L * Mebi),
        (nameof(ArchiveRatioMax), ArchiveRatioMax, 2, 10_000),
        (nameof(PdfMemoryBytesMax), PdfMemoryBytesMax, 64L * Mebi, 1024L * 1024 * Mebi),
        (nameof(PdfPagesMax), PdfPagesMax, 1, 1_000_000),
    ];
}
