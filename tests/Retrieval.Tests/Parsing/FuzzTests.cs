using System.Text;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

/// <summary>Broken documents of every format are read or refused; nothing else happens, and none takes long.</summary>
public sealed class FuzzTests
{
    private const int Inputs = 320;
    private static readonly ParsingOptions Limits = new() { TimeLimit = TimeSpan.FromSeconds(30) };
    private static readonly DocumentParsers Parsers = ParsedDocuments.With(Limits);

    private const string Markdown = """
        ---
        title: The guide
        ---
        # Head 😀

        Text with *stress*, `code`, [a link](https://x.example "t") and <b>HTML</b>.

        | a | b |
        |---|---|
        | 1 | 2 |

        1. one
           - inner
        2. two

        > quoted

        ```cs
        var x = 1;
        ```

        Term
        :   Definition
        """;

    private const string Html = """
        <!doctype html><html><head><title>T</title><script>if (a < b) x();</script></head><body><nav><a href="/">Home</a></nav>
        <main><h1>Head</h1><p class="x">One <b>two</b> &amp; &#x41; <img alt="a picture"></p><ul><li>a<ol><li>b</ol></ul>
        <table><caption>C</caption><tr><th>k<th>v<tr><td>1<td>2</table><pre> x
          y</pre><dl><dt>T<dd>D</dl></main><footer>Imprint</footer></body></html>
        """;

    private const string Code = """
        // What it does.
        namespace A.B;

        public sealed class Counter<T>(int start) : IDisposable
        {
            private readonly string _text = "{ not a brace }";

            /* Counts. */
            public int Next(Func<int, int> step)
            {
                var value = step(start);
                return value;
            }
        }
        """;

    public static TheoryData<string, string, string[]> TextFormats() => new()
    {
        { MediaTypes.Markdown, Markdown, ["> ", "- ", "[", "*a ", "![", "<div>", "`", "a_", "|", "  - ", "<!--", "\\"] },
        { MediaTypes.Html, Html, ["<div>", "<b>", "<table><tr><td>", "<!--", "<a ", "&", "<ul><li>", "<p", "<select>", "<svg>",
            "<b x=1><p>"] },
        { MediaTypes.PlainText, "One line.\nAnother\r\n\r\n\fNext page 😀.\n", ["(", "\n", "\f", "😀"] },
        { MediaTypes.Csv, "name;price;note\n\"A;1\";3;\"say \"\"hi\"\"\"\nB;4;\n", ["\"", ";", "\n", "\"\"", ";\""] },
        { MediaTypes.Tsv, "name\tprice\nA\t3\n", ["\t", "\"", "\n"] },
        { MediaTypes.Json, """{"title":"T","a":{"b":[1,2,{"c":"d\n\ud83d\ude00"}]},"e":[{"f":null},{"f":true}]}""",
            ["[", "{\"a\":", "\"", "\\u", "-"] },
        { MediaTypes.JsonLines, "{\"a\":1}\n{\"a\":{\"b\":[\"x\"]}}\n\n[1,2]\n", ["[", "{\"a\":", "\n"] },
        { MediaTypes.Xml, "<?xml version=\"1.0\"?><a x=\"1\"><b>t</b><c><![CDATA[<d>]]></c>&amp; end</a>", ["<a>", "<!--", "&a;",
            "<![CDATA[", "<a b='"] },
        { "text/x-csharp", Code, ["{", "(", "class A\n{\n", "/*", "    ", "\""] },
        { "text/x-python", "class A:\n    def f(self):\n        a = 1\n        b = 2\n        return a\n", ["    ", "def f(",
            "class A:\n ", "#"] },
        { "text/typescript", "export const f = async (a: number) => {\n  a++;\n  a++;\n  return a;\n};\n", ["const f = (", "<", "f(",
            "async ", "\\"] },
        { "text/x-sql", "CREATE TABLE a (\n  b int\n);\n-- note\nCREATE VIEW c AS SELECT 1;\n", ["CREATE TABLE a ", "(", "--"] },
    };

    [Theory]
    [MemberData(nameof(TextFormats))]
    public void Text_Broken_IsReadOrRefused(string mediaType, string sample, string[] openings)
    {
        var valid = Encoding.UTF8.GetBytes(sample);
        Assert.NotEmpty(ParsedDocuments.Parse(mediaType, valid).Sections);

        var mutations = new Mutations(7, openings);
        var read = 0;
        for (var i = 0; i < Inputs; i++) read += IsRead(mediaType, mutations.Next(valid, isText: true), i) ? 1 : 0;

        Assert.InRange(read, 1, Inputs);
    }

    [Fact]
    public void Docx_WithBrokenBody_IsReadOrRefused()
    {
        var body = Encoding.UTF8.GetBytes(
            "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>"
            + DocxBuilder.P("Head", "Heading1") + DocxBuilder.P("Text") + DocxBuilder.Table(["k", "v"], ["1", "2"])
            + "</w:body></w:document>");
        var mutations = new Mutations(7, "<w:p>", "<w:tbl><w:tr><w:tc>", "<w:r><w:t>", "<w:gridSpan w:val='9999999'/>", "&a;");
        var read = 0;
        for (var i = 0; i < Inputs; i++)
        {
            var file = new DocxBuilder().Part("word/document.xml", mutations.Next(body, isText: true)).Build();
            read += IsRead(MediaTypes.Docx, file, i) ? 1 : 0;
        }

        Assert.InRange(read, 1, Inputs);
    }

    [Fact]
    public void Docx_WithBrokenContainer_IsReadOrRefused()
    {
        var valid = new DocxBuilder().Styles("<w:style w:styleId=\"a\"/>").Body(DocxBuilder.P("Text")).Build();
        var mutations = new Mutations(7, "PK\u0003\u0004", "PK\u0001\u0002", "PK\u0005\u0006");
        for (var i = 0; i < Inputs; i++) IsRead(MediaTypes.Docx, mutations.Next(valid, isText: false), i);
    }

    [PdfFact]
    public void Pdf_Broken_IsReadOrRefused()
    {
        var valid = TinyPdf.Build(["One page", "with text"], ["Another"]);
        var mutations = new Mutations(7, "[", "<<", "(", "4 0 obj\n", "q ");
        var read = 0;
        for (var i = 0; i < Inputs; i++) read += IsRead(MediaTypes.Pdf, mutations.Next(valid, isText: false), i) ? 1 : 0;

        Assert.InRange(read, 1, Inputs);
    }

    private static bool IsRead(string mediaType, byte[] content, int input)
    {
        try
        {
            Parsers.Parse(mediaType, content, "the-id").AssertValid();
            return true;
        }
        catch (MillraceException error)
        {
            var isSlow = error.Message.Contains("TimeLimit", StringComparison.Ordinal);
            Assert.True(error.Reason is Reason.InvalidArgument or Reason.PayloadTooLarge && !isSlow, $"input {input}: {error.Message}");
            return false;
        }
    }
}
