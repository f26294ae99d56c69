using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Parsing.Pdf;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class PdfParserTests
{
    [PdfFact]
    public void Pages_WithText_HaveTheirNumbers()
    {
        var document = ParsedDocuments.Parse(MediaTypes.Pdf, TinyPdf.Build(["Returns", "within 30 days (or so)."], [], ["Refunds"]));

        document.AssertValid();
        Assert.Equal("Returns\nwithin 30 days (or so).", document.BodyUnder("Page 1"));
        Assert.Equal("Refunds", document.BodyUnder("Page 3"));
        Assert.Equal(2, document.Sections.Count);
    }

    [PdfFact]
    public void Pages_WithoutText_AreRefusedAsAScan() => Assert.Contains("scan", Refusal(TinyPdf.Build([[]])), StringComparison.Ordinal);

    [PdfFact]
    public void File_Damaged_IsRefused() =>
        Assert.Contains("damaged", Refusal("%PDF-1.4\nnothing of it"u8.ToArray()), StringComparison.Ordinal);

    [PdfFact]
    public void File_Encrypted_IsRefusedAsSuch()
    {
        var key = new string('0', 64);
        var file = TinyPdf.Build(
            $"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >> /ID [<00> <00>]", [["secret"]]);

        Assert.Contains("encrypted", Refusal(file), StringComparison.Ordinal);
    }

    [PdfFact]
    public void Text_BeyondTheLimit_IsRefused()
    {
        var limits = new ParsingOptions { TextCharsMax = 100 };

        var error = Assert.Throws<MillraceException>(() => ParsedDocuments.With(limits).Parse(
            MediaTypes.Pdf, TinyPdf.Build([Enumerable.Repeat("twenty characters it is", 20).ToArray()]), "id"));

        Assert.Contains("TextCharsMax", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Program_Missing_SaysWhatToInstall()
    {
        var limits = new ParsingOptions { PdfToTextPath = "no-such-program-for-pdf" };

        var error = Assert.Throws<MillraceException>(
            () => ParsedDocuments.With(limits).Parse(MediaTypes.Pdf, TinyPdf.Build([["x"]]), "id"));

        Assert.Equal(Reason.UnsupportedMediaType, error.Reason);
        Assert.Contains("poppler-utils", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_DividedWords_AreJoined()
    {
        var builder = new DocumentTextBuilder();

        PdfParser.AddPages("An exam-\nple of 3-\n4 words\fNext\f", builder);

        var document = builder.Build("id");
        Assert.Equal("An example of 3-\n4 words", document.BodyUnder("Page 1"));
        Assert.Equal("Next", document.BodyUnder("Page 2"));
    }

    [Fact]
    public void Pages_WordsWithAHyphenOfTheirOwn_KeepIt()
    {
        var builder = new DocumentTextBuilder();

        PdfParser.AddPages("A well-known firm.\fIt is a well-\n  known example of sepa\u00AD\nrate parts.\f", builder);

        Assert.Equal("It is a well-known example of separate parts.", builder.Build("id").BodyUnder("Page 2"));
    }

    [Fact]
    public void Pages_WhatIsPrintedOnMostOfThem_IsReadOnce()
    {
        var builder = new DocumentTextBuilder();
        var pages = Enumerable.Range(1, 6).Select(page =>
            (page % 2 == 0 ? "Millers' Handbook\n" : "Edition 2024\n")
            + $"Text of page {page} begins.\n5\nIt ends {page} times here.\n\n- {page + 2} -\n\f");

        PdfParser.AddPages(string.Concat(pages), builder);

        var document = builder.Build("id");
        Assert.Equal("Edition 2024\nText of page 1 begins.\n5\nIt ends 1 times here.", document.BodyUnder("Page 1"));
        Assert.Equal("Millers' Handbook\nText of page 2 begins.\n5\nIt ends 2 times here.", document.BodyUnder("Page 2"));
        Assert.Equal("Text of page 5 begins.\n5\nIt ends 5 times here.", document.BodyUnder("Page 5"));
        Assert.Equal("Text of page 6 begins.\n5\nIt ends 6 times here.", document.BodyUnder("Page 6"));
    }

    [Fact]
    public void Pages_Few_KeepWhatTheyRepeat()
    {
        var builder = new DocumentTextBuilder();

        PdfParser.AddPages("Note\nA\f\fNote\nB\f", builder);

        Assert.Equal("Note\nB", builder.Build("id").BodyUnder("Page 3"));
    }

    [Fact]
    public void Pages_TooMany_AreRefused()
    {
        var builder = new DocumentTextBuilder(new ParsingBudget(new ParsingOptions { PdfPagesMax = 2 }, CancellationToken.None));

        Assert.Throws<MillraceException>(() => PdfParser.AddPages("a\fb\fc\f", builder));
    }

    private static string Refusal(byte[] file) =>
        Assert.Throws<MillraceException>(() => ParsedDocuments.Parse(MediaTypes.Pdf, file)).Message;
}
