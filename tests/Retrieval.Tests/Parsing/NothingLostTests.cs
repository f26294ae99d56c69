using System.Text;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Parsing;

/// <summary>Every visible word of a document can be found, wherever it stands.</summary>
public sealed class NothingLostTests
{
    private const int Documents = 60;

    private static readonly string[] HtmlBlocks =
    [
        "<p>{0}</p>", "<div>{0}</div>", "<section><article>{0}</article></section>", "<h2>{0}</h2>", "<ul><li>{0}</li></ul>",
        "<ol><li>{0}<li>{0}</ol>", "<blockquote>{0}</blockquote>",
        "<table><caption>{0}</caption><tr><th>{0}<th>{0}<tr><td>{0}<td>{0}</table>",
        "<dl><dt>{0}<dd>{0}</dl>", "<pre>{0}</pre>", "<figure><img alt='{1}'><figcaption>{0}</figcaption></figure>", "{0}",
        "<header>{0}</header>", "<details><summary>{0}</summary>{0}</details>", "<address>{0}</address>", "<center>{0}</center>",
        "<p>{0}<br>{0}</p>", "<form><label>{0}</label><textarea>{1}</textarea></form>", "<table><tr><td>{0}</table>",
    ];

    private static readonly string[] MarkdownBlocks =
    [
        "{0}", "# {0}", "### {0}", "- {0}\n- {0}\n  - {0}", "1. {0}\n\n   {0}\n2. {0}", "> {0}", "> - {0}", "```\n{0}\n```", "    {0}",
        "| {0} | {0} |\n|---|---|\n| {0} | {0} |", "| {0} |\n|---|", "+---+---+\n| {0} | {0} |\n+---+---+", "{0}\n:   {0}",
        "<div>{0}</div>", "*{0}* **{0}** ~~{0}~~",
        "[{0}](https://x.example)", "![{0}](x.png)", "{0}\n---", "`{0}` {0}", "- [x] {0}", "<span>{0}</span> {0}", "***\n\n{0}",
        "{0}\\\n{0}",
    ];

    private static readonly string[] WordBlocks =
    [
        "<w:p><w:r><w:t>{0}</w:t></w:r></w:p>",
        "<w:p><w:pPr><w:outlineLvl w:val='1'/></w:pPr><w:r><w:t>{0}</w:t></w:r></w:p>",
        "<w:p><w:hyperlink><w:r><w:t>{0}</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>{0}</w:t></w:r></w:p>",
        "<w:p><w:ins><w:r><w:t>{0}</w:t></w:r></w:ins></w:p>",
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc>"
            + "<w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
        "<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>",
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>{0}</w:t></w:r></w:p>",
        "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
            + "<w:r><w:br/><w:t>{0}</w:t></w:r></w:p>",
        "<w:p><m:oMath><m:r><m:t>{0}</m:t></m:r></m:oMath></w:p>",
    ];

    private int _words;

    [Fact]
    public void Html_Random_KeepsEveryWord() =>
        EachOf(HtmlBlocks, " ", text => ParsedDocuments.Html($"<body>{text}</body>"));

    [Fact]
    public void Markdown_Random_KeepsEveryWord() => EachOf(MarkdownBlocks, "\n\n", ParsedDocuments.Markdown);

    [Fact]
    public void Docx_Random_KeepsEveryWord() =>
        EachOf(WordBlocks, "", text => ParsedDocuments.Parse(MediaTypes.Docx, DocxBuilder.Document(text)));

    [Fact]
    public void Json_Random_KeepsEveryWord() => EachOf(
        ["\"{1}\":\"{1}\"", "\"{1}\":{\"{1}\":{\"{1}\":{\"{1}\":{\"{1}\":\"{1}\"}}}}", "\"{1}\":[\"{1}\",[\"{1}\"],{\"a\":\"{1}\"}]"],
        ",",
        text => ParsedDocuments.Parse(MediaTypes.Json, "{" + text + "}"));

    [Fact]
    public void Csv_Random_KeepsEveryWord() => EachOf(
        ["{1},{1}", "\"{1}\",{1}", "\"{1}\n{1}\",\"{1},{1}\"", "{1}", "{1},\"{1}"],
        "\n",
        text => ParsedDocuments.Parse(MediaTypes.Csv, text));

    [Theory]
    [InlineData("text/x-csharp")]
    [InlineData("text/x-python")]
    [InlineData("text/x-go")]
    [InlineData("text/x-sql")]
    [InlineData("application/yaml")]
    public void Code_Random_KeepsEveryWord(string mediaType) => EachOf(
        [
            "class {1} {\n    {1} a;\n    int f() {\n        {1}\n        {1}\n        {1}\n    }\n}",
            "# {1}\ndef {1}():\n    {1}\n    {1}\n    {1}",
            "// {1}\nfunc {1}() {\n\t{1}\n\t{1}\n}", "{1}", "    {1}", "}", "CREATE TABLE {1} (\n {1}\n);", "{1}:\n  {1}: {1}",
            "/* {1}\n{1} */",
        ],
        "\n",
        text => ParsedDocuments.Parse(mediaType, text));

    private void EachOf(string[] blocks, string separator, Func<string, ParsedDocument> parse)
    {
        var random = new Random(11);
        for (var i = 0; i < Documents; i++)
        {
            var first = _words;
            var chosen = Enumerable.Range(0, random.Next(1, 30)).Select(_ => blocks[random.Next(blocks.Length)]);
            var text = string.Join(separator, chosen.Select(Filled));
            var document = parse(text);
            document.AssertValid();
            document.AssertHasWords(Enumerable.Range(first, _words - first).Select(Word));
        }
    }

    private string Filled(string block)
    {
        var filled = new StringBuilder(block.Length);
        for (var i = 0; i < block.Length; i++)
        {
            if (block.AsSpan(i).StartsWith("{0}") || block.AsSpan(i).StartsWith("{1}"))
            {
                filled.Append(Word(_words++));
                i += 2;
            }
            else
            {
                filled.Append(block[i]);
            }
        }

        return filled.ToString();
    }

    private static string Word(int number) => $"word{number}x";
}
