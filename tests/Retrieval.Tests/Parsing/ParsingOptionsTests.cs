using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class ParsingOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreValid() => Assert.Empty(new ParsingOptions().Validate());

    [Fact]
    public void Validate_OutOfRange_NamesTheSettingAndTheRange()
    {
        var options = new ParsingOptions
        {
            TimeLimit = TimeSpan.Zero, TextCharsMax = 0, LineCharsMax = 0, NestingMax = 401, SectionsMax = 0, ElementsMax = 0,
            TableCellsMax = 0, ArchiveEntriesMax = 0, ArchiveBytesMax = 0, ArchiveRatioMax = 1, PdfToTextPath = "", PdfMemoryBytesMax = 1,
            PdfPagesMax = 0,
        };

        var errors = options.Validate().ToList();

        Assert.Equal(13, errors.Count);
        Assert.Contains("NestingMax is 401. Set it to 1 to 400.", errors);
        Assert.All(errors, error => Assert.Contains("Set it to", error, StringComparison.Ordinal));
    }
}
