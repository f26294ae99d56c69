using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class DocxParserTests
{
    private const string Styles =
        "<w:style w:styleId='Titel'><w:name w:val='Title'/></w:style>"
        + "<w:style w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style>"
        + "<w:style w:styleId='Mine'><w:name w:val='Chapter'/><w:basedOn w:val='berschrift1'/></w:style>"
        + "<w:style w:styleId='Deep'><w:name w:val='Other'/><w:pPr><w:outlineLvl w:val='1'/></w:pPr></w:style>"
        + "<w:style w:styleId='Loop'><w:name w:val='Loop'/><w:basedOn w:val='Loop'/></w:style>";

    [Fact]
    public void Headings_OfLocalizedAndOwnStyles_BecomeBreadcrumbs()
    {
        var document = Parse(new DocxBuilder().Styles(Styles).Body(
            DocxBuilder.P("The report", "Titel") + DocxBuilder.P("Aims", "berschrift1") + DocxBuilder.P("One.", "Loop")
            + DocxBuilder.P("Details", "Deep") + DocxBuilder.P("Two.") + DocxBuilder.P("Results", "Mine") + DocxBuilder.P("Three.")));

        Assert.Equal("The report", document.Title);
        Assert.Equal("One.", document.BodyUnder("The report", "Aims"));
        Assert.Equal("Two.", document.BodyUnder("The report", "Aims", "Details"));
        Assert.Equal("Three.", document.BodyUnder("The report", "Results"));
    }

    [Fact]
    public void Lists_Numbered_HaveTheirNumbers()
    {
        static string Item(int list, int level, string text) =>
            $"<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{list}'/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>";

        var document = Parse(new DocxBuilder()
            .Numbering(
                "<w:abstractNum w:abstractNumId='5'><w:lvl w:ilvl='0'><w:numFmt w:val='decimal'/></w:lvl><w:lvl w:ilvl='1'>"
                + "<w:numFmt w:val='bullet'/></w:lvl></w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='5'/></w:num>")
            .Body(Item(1, 0, "first") + Item(1, 1, "inner") + Item(1, 0, "second") + Item(9, 0, "unknown")));

        Assert.Equal("1. first\ninner\n2. second\nunknown", document.Text);
    }

    [Fact]
    public void Table_WithHeader_NamesEachValue()
    {
        var document = Parse(new DocxBuilder().Body(DocxBuilder.Table(["Code", "Meaning"], ["E1", "Too hot"], ["E2", ""])));

        Assert.Equal("Code: E1; Meaning: Too hot.\nCode: E2.", document.Text);
    }

    [Fact]
    public void Lists_NumberedByStyle_HaveTheirNumbers()
    {
        const string ListStyles =
            "<w:style w:styleId='H1'><w:name w:val='heading 1'/><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style>"
            + "<w:style w:styleId='H2'><w:name w:val='heading 2'/><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style>"
            + "<w:style w:styleId='Item'><w:pPr><w:numPr><w:ilvl w:val='2'/><w:numId w:val='1'/></w:numPr></w:pPr></w:style>"
            + "<w:style w:styleId='Own'><w:basedOn w:val='Item'/></w:style>";
        const string Levels =
            "<w:abstractNum w:abstractNumId='5'>"
            + "<w:lvl w:ilvl='0'><w:start w:val='4'/><w:numFmt w:val='upperRoman'/><w:pStyle w:val='H1'/><w:lvlText w:val='%1.'/></w:lvl>"
            + "<w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:pStyle w:val='H2'/><w:lvlText w:val='%1.%2'/></w:lvl>"
            + "<w:lvl w:ilvl='2'><w:start w:val='1'/><w:numFmt w:val='lowerLetter'/><w:lvlText w:val='(%3)'/></w:lvl></w:abstractNum>"
            + "<w:num w:numId='1'><w:abstractNumId w:val='5'/></w:num>";

        var document = Parse(new DocxBuilder().Styles(ListStyles).Numbering(Levels).Body(
            DocxBuilder.P("Aims", "H1") + DocxBuilder.P("Scope", "H2") + DocxBuilder.P("one", "Item") + DocxBuilder.P("two", "Own")
            + "<w:p><w:pPr><w:pStyle w:val='Item'/><w:numPr><w:numId w:val='0'/></w:numPr></w:pPr><w:r><w:t>plain</w:t></w:r></w:p>"
            + DocxBuilder.P("Means", "H1") + DocxBuilder.P("Money", "H2") + DocxBuilder.P("three", "Item")));

        Assert.Equal("(a) one\n(b) two\n\nplain", document.BodyUnder("IV. Aims", "IV.1 Scope"));
        Assert.Equal("(a) three", document.BodyUnder("V. Means", "V.1 Money"));
    }

    [Fact]
    public void Lists_OfOneDefinition_GoOnUnlessTheyStartAnew()
    {
        static string Item(int list, string text) =>
            $"<w:p><w:pPr><w:numPr><w:numId w:val='{list}'/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>";

        var document = Parse(new DocxBuilder()
            .Numbering(
                "<w:abstractNum w:abstractNumId='5'><w:lvl w:ilvl='0'><w:numFmt w:val='decimal'/></w:lvl></w:abstractNum>"
                + "<w:num w:numId='1'><w:abstractNumId w:val='5'/></w:num><w:num w:numId='2'><w:abstractNumId w:val='5'/></w:num>"
                + "<w:num w:numId='3'><w:abstractNumId w:val='5'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='7'/></w:lvlOverride>"
                + "</w:num>")
            .Body(Item(1, "a") + Item(2, "b") + Item(3, "c") + Item(3, "d")));

        Assert.Equal("1. a\n2. b\n7. c\n8. d", document.Text);
    }

    [Fact]
    public void Table_WithMergedCells_NamesEachValue()
    {
        static string Cell(string text, string properties = "") => $"<w:tc><w:tcPr>{properties}</w:tcPr>{DocxBuilder.P(text)}</w:tc>";
        const string Header = "<w:trPr><w:tblHeader/></w:trPr>";
        const string Begins = "<w:vMerge w:val='restart'/>";
        const string GoesOn = "<w:vMerge/>";
        const string Two = "<w:gridSpan w:val='2'/>";

        var document = Parse(new DocxBuilder().Body(
            "<w:tbl>"
            + $"<w:tr>{Header}{Cell("Country", Begins)}{Cell("2024", Two)}</w:tr>"
            + $"<w:tr>{Header}{Cell("", GoesOn)}{Cell("Q1")}{Cell("Q2")}</w:tr>"
            + $"<w:tr>{Cell("France", Begins)}{Cell("5")}{Cell("6")}</w:tr>"
            + $"<w:tr>{Cell("", GoesOn)}{Cell("closed", Two)}</w:tr>"
            + $"<w:tr>{Cell("Country", Begins)}{Cell("Q1")}{Cell("Q2")}</w:tr>"
            + "<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>" + Cell("7") + Cell("8") + "</w:tr>"
            + "</w:tbl>"));

        Assert.Equal(
            "Country: France; 2024 Q1: 5; 2024 Q2: 6.\nCountry: France; 2024 Q1, 2024 Q2: closed.\n2024 Q1: 7; 2024 Q2: 8.", document.Text);
    }

    [Fact]
    public void Table_InsideOfACell_StaysThere()
    {
        var inner = DocxBuilder.Table(["k", "v"], ["1", "2"]);

        var document = Parse(new DocxBuilder().Body(
            $"<w:tbl><w:tr><w:tc>{DocxBuilder.P("a")}</w:tc></w:tr><w:tr><w:tc>{inner}<w:p/></w:tc><w:tc/></w:tr></w:tbl>"));

        Assert.Equal("a.\nk: 1; v: 2.", document.Text);
    }

    [Fact]
    public void Changes_Tracked_AreReadAsAccepted()
    {
        var document = Parse(new DocxBuilder().Body(
            "<w:p><w:r><w:t>Pay </w:t></w:r><w:del><w:r><w:delText>ten</w:delText><w:t>ten</w:t></w:r></w:del><w:ins><w:r><w:t>five</w:t>"
            + "</w:r></w:ins><w:moveFrom><w:r><w:t>away</w:t></w:r></w:moveFrom><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
            + "<w:r><w:t> euros</w:t><w:tab/><w:t>now.</w:t><w:instrText>PAGE</w:instrText></w:r></w:p>"));

        Assert.Equal("Pay five euros now.", document.Text);
    }

    [Fact]
    public void Footnotes_Always_FollowTheirParagraph()
    {
        var document = Parse(new DocxBuilder()
            .Footnotes("<w:footnote w:type='separator' w:id='0'><w:p/></w:footnote><w:footnote w:id='2'>"
                + DocxBuilder.P("But see below.") + "</w:footnote>")
            .Body("<w:p><w:r><w:t>It holds.</w:t><w:footnoteReference w:id='2'/><w:footnoteReference w:id='0'/></w:r></w:p>"));

        Assert.Equal("It holds.[2]\n\n[2] But see below.", document.Text);
    }

    [Fact]
    public void HeadersCommentsAndFallbacks_AreNotText()
    {
        var document = Parse(new DocxBuilder()
            .Part("word/header1.xml", "<hdr>Confidential</hdr>").Part("word/comments.xml", "<comments>No!</comments>")
            .Part("docProps/core.xml", "<core><title>From the file</title></core>")
            .Body("<w:p><w:r><mc:AlternateContent><mc:Choice><w:t>Once.</w:t></mc:Choice><mc:Fallback><w:t>Once.</w:t></mc:Fallback>"
                + "</mc:AlternateContent><w:drawing><wp:docPr id='1' descr='A red door'/></w:drawing></w:r></w:p>"));

        Assert.Equal("Once. A red door", document.Text);
        Assert.Equal("From the file", document.Title);
    }

    [Fact]
    public void Bomb_OfZeros_IsRefusedWhileInflating()
    {
        var bomb = new DocxBuilder().Part("word/document.xml", new byte[100 * 1024 * 1024]).Build();

        var error = Assert.Throws<MillraceException>(() => ParsedDocuments.Parse(MediaTypes.Docx, bomb));

        Assert.Contains(error.Reason, new[] { Reason.PayloadTooLarge, Reason.InvalidArgument });
    }

    [Fact]
    public void Bomb_OfValidXml_IsRefusedByRatioAndBySize()
    {
        var spaces = "<w:p><w:r><w:t>" + new string(' ', 8 * 1024 * 1024) + "</w:t></w:r></w:p>";
        var bomb = DocxBuilder.Document(spaces);

        Assert.Contains("ArchiveRatioMax", Refusal(new ParsingOptions { ArchiveRatioMax = 50 }, bomb), StringComparison.Ordinal);
        Assert.Contains(
            "ArchiveBytesMax", Refusal(new ParsingOptions { ArchiveBytesMax = 1024 * 1024 }, bomb), StringComparison.Ordinal);
    }

    [Fact]
    public void Size_DeclaredTooSmall_IsNotTrusted()
    {
        var file = DocxBuilder.Document(DocxBuilder.P(new string('x', 100_000)));
        var directory = file.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(file.AsSpan(directory + 24), 10);

        Assert.Contains("ArchiveBytesMax", Refusal(new ParsingOptions { ArchiveBytesMax = 5 }, file), StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_TooMany_AreRefused()
    {
        var builder = new DocxBuilder().Body(DocxBuilder.P("x"));
        for (var i = 0; i < 100; i++) builder.Part($"word/media/{i}.bin", [1]);

        Assert.Contains("ArchiveEntriesMax", Refusal(new ParsingOptions { ArchiveEntriesMax = 50 }, builder.Build()),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><w:document/>")]
    [InlineData("<w:document>")]
    public void Body_WithEntitiesOrBroken_IsRefused(string body)
    {
        var file = new DocxBuilder().Part("word/document.xml", body).Build();

        Assert.Equal(Reason.InvalidArgument, Assert.Throws<MillraceException>(() => ParsedDocuments.Parse(MediaTypes.Docx, file)).Reason);
    }

    [Theory]
    [InlineData("xl/workbook.xml", ".csv")]
    [InlineData("ppt/presentation.xml", ".pdf")]
    [InlineData("content.xml", "OpenDocument")]
    [InlineData("readme.txt", "no body")]
    public void File_OfAnotherFormat_IsRefusedWithWhatToDo(string part, string expected) => Assert.Contains(
        expected, Refusal(new ParsingOptions(), new DocxBuilder().Part(part, "<x/>").Build()), StringComparison.Ordinal);

    [Fact]
    public void Container_Inside_IsNotOpened()
    {
        var inner = DocxBuilder.Document(DocxBuilder.P("inner"));

        Assert.Equal("outer", Parse(new DocxBuilder().Part("word/embeddings/a.docx", inner).Body(DocxBuilder.P("outer"))).Text);
    }

    [Fact]
    public void Span_Absurd_IsRefused() => Assert.Contains(
        "TableCellsMax",
        Refusal(new ParsingOptions(), DocxBuilder.Document(
            "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2000000000'/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>")),
        StringComparison.Ordinal);

    private static ParsedDocument Parse(DocxBuilder builder) => ParsedDocuments.Parse(MediaTypes.Docx, builder.Build());

    private static string Refusal(ParsingOptions limits, byte[] file) => Assert.Throws<MillraceException>(
        () => ParsedDocuments.With(limits).Parse(MediaTypes.Docx, file, "id")).Message;
}
