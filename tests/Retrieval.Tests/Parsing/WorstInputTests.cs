using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Xunit.Abstractions;

namespace Millrace.Retrieval.Tests.Parsing;

/// <summary>The largest inputs that do most harm, ten megabytes where their format allows: each is read or refused, soon.</summary>
public sealed class WorstInputTests(ITestOutputHelper output)
{
    private const int Size = 10 * 1024 * 1024;

    // What takes time in proportion takes a second or two; what does not is refused at the limit. A busy machine may be four times slower.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Soon = 4 * Limit;

    private static readonly Dictionary<string, (string MediaType, Func<string> Text)> Inputs = new()
    {
        ["csv: 100,000 columns"] = (MediaTypes.Csv, () =>
            string.Join('\n', Enumerable.Range(0, 9).Select(row => Joined(",", 100_000, i => row == 0 ? $"c{i}" : "v")))),
        ["csv: long rows"] = (MediaTypes.Csv, () => "name,value\n" + Repeated("France,some longer value of a cell\n")),
        ["csv: quotes"] = (MediaTypes.Csv, () => Repeated("\"")),
        ["csv: pairs of quotes"] = (MediaTypes.Csv, () => Repeated("\"a\"\",")[..1_000_000] + "\n" + Repeated(",\"\"\"\n")),
        ["json: one array of numbers"] = (MediaTypes.Json, () => "[" + Repeated("1,") + "1]"),
        ["json: one array of texts"] = (MediaTypes.Json, () => "[" + Repeated("\"a text of a few words\",") + "1]"),
        ["json: one array of objects"] = (MediaTypes.Json, () => "[" + Repeated("{\"a\":1,\"b\":\"two\"},") + "1]"),
        ["json: arrays in arrays"] = (MediaTypes.Json, () => Repeated("{\"a\":[[1],[2]]}\n")),
        ["jsonl: short lines"] = (MediaTypes.JsonLines, () => Repeated("{\"a\":1}\n")),
        ["json: many members"] = (MediaTypes.Json, () => "{" + Joined(",", Size / 20, i => $"\"name{i}\":{{\"a\":1}}") + "}"),
        ["xml: elements"] = (MediaTypes.Xml, () => "<a>" + Repeated("<b>text of it</b>") + "</a>"),
        ["xml: attributes"] = (MediaTypes.Xml, () => "<a " + Joined(" ", Size / 12, i => $"a{i}='v'") + "/>"),
        ["xml: entities"] = (MediaTypes.Xml, () =>
            "<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;'>]><a>" + Repeated("&c;") + "</a>"),
        ["md: list 10,000 deep"] = (MediaTypes.Markdown, () => string.Concat(Enumerable.Repeat("- ", 10_000)) + "x"),
        ["md: list deeper by line"] = (MediaTypes.Markdown, () => Joined("\n", 3_000, i => new string(' ', i * 2) + "- a")),
        ["md: list items"] = (MediaTypes.Markdown, () => Repeated("- an item of a list\n")),
        ["md: short items"] = (MediaTypes.Markdown, () => Repeated("- a\n")[..(Size / 3)]),
        ["md: quotes"] = (MediaTypes.Markdown, () => Repeated("> a\n")),
        ["md: emphasis"] = (MediaTypes.Markdown, () => Repeated("*a _b ")[..1_000_000]),
        ["md: brackets"] = (MediaTypes.Markdown, () => Repeated("[a](b ")[..1_000_000]),
        ["md: open brackets"] = (MediaTypes.Markdown, () => Repeated("[")[..1_000_000]),
        ["md: backticks"] = (MediaTypes.Markdown, () => Repeated("`a``b```c")[..1_000_000]),
        ["md: table"] = (MediaTypes.Markdown, () => "|a|b|\n|-|-|\n" + Repeated("|some text|more text|\n")),
        ["md: wide table"] = (MediaTypes.Markdown, () =>
            string.Join('\n', Enumerable.Range(0, 9).Select(row => Joined("|", 100_000, i => row == 1 ? "-" : "v")))),
        ["md: references"] = (MediaTypes.Markdown, () => Repeated("[a]: x\n")),
        ["md: definitions"] = (MediaTypes.Markdown, () => Repeated("a\n: b\n\n")[..(Size / 3)]),
        ["md: headings"] = (MediaTypes.Markdown, () => Repeated("# a\n")),
        ["md: html"] = (MediaTypes.Markdown, () => Repeated("<b>a</b>\n\n")),
        ["md: prose"] = (MediaTypes.Markdown, () => Repeated("Some *prose* of a document with `code` and [links](https://x.example).\n\n")),
        ["html: unclosed b"] = (MediaTypes.Html, () => Repeated("<b>")),
        ["html: unclosed div"] = (MediaTypes.Html, () => Repeated("<div>a")),
        ["html: misnested"] = (MediaTypes.Html, () => Repeated("<b x=1><p>")),
        ["html: misnested links"] = (MediaTypes.Html, () => Repeated("<a href=x><table><i>")),
        ["html: menus in menus"] = (MediaTypes.Html, () =>
            string.Concat(Enumerable.Repeat("<div class=menu>", 190)) + Repeated("words and <a>links</a> of it ")),
        ["html: many menus"] = (MediaTypes.Html, () => Repeated("<div class=menu>words <a>links</a></div>")),
        ["html: tables in tables"] = (MediaTypes.Html, () => Repeated("<table><tr><td>a")),
        ["html: comments"] = (MediaTypes.Html, () => Repeated("<!-- ")),
        ["html: entities"] = (MediaTypes.Html, () => Repeated("&amp;")),
        ["html: options"] = (MediaTypes.Html, () => "<select>" + Repeated("<option>a")),
        ["html: pre"] = (MediaTypes.Html, () => string.Concat(Enumerable.Repeat("<pre>", 190)) + Repeated("code\n")),
        ["html: headings"] = (MediaTypes.Html, () => string.Concat(Enumerable.Repeat("<h1><div>", 90)) + Repeated("text ")),
        ["html: cells in cells"] = (MediaTypes.Html, () => string.Concat(Enumerable.Repeat("<table><tr><td>", 60)) + Repeated("text ")),
        ["html: definition lists"] = (MediaTypes.Html, () => Repeated("<dl><dt>a<dd>b")),
        ["html: prose"] = (MediaTypes.Html, () => Repeated("<p>Some <b>prose</b> of a page, with <a href=x>links</a> in it.</p>\n")),
        ["text: prose"] = (MediaTypes.PlainText, () => Repeated("Some prose of a document that goes on and on, line by line, for ever.\n")),
        ["text: empty lines"] = (MediaTypes.PlainText, () => Repeated("\n")),
        ["text: short lines"] = (MediaTypes.PlainText, () => Repeated("a\n")),
        ["text: paragraphs"] = (MediaTypes.PlainText, () => Repeated("a\n\n")),
        ["text: nul"] = (MediaTypes.PlainText, () => Repeated("a\0")[..1_000_000]),
        ["code: braces"] = ("text/x-csharp", () => Repeated("{\n")),
        ["code: classes"] = ("text/x-csharp", () => Repeated("class A\n{\nint a;\nint b;\nint c;\n}\n")),
        ["code: words"] = ("text/x-csharp", () => Repeated(string.Concat(Enumerable.Repeat("a b ", 70)) + "\n")),
        ["code: generics"] = ("text/x-csharp", () => Repeated("public " + string.Concat(Enumerable.Repeat("A<", 130)) + "\n")),
        ["code: scripts"] = ("text/typescript", () => Repeated("const a: " + string.Concat(Enumerable.Repeat("b ", 130)) + "\n")),
        ["code: comments"] = ("text/x-python", () => Repeated("# a\n")),
    };

    public static TheoryData<string> Names() => new(Inputs.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_Worst_IsReadOrRefusedSoon(string name)
    {
        var (mediaType, text) = Inputs[name];
        IsReadOrRefusedSoon(mediaType, Encoding.UTF8.GetBytes(text()), new ParsingOptions { TimeLimit = Limit });
    }

    [Fact]
    public void Text_Utf16_IsReadSoon()
    {
        var bytes = Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Repeated("Ein Wörtchen. ")[..(Size / 2)])).ToArray();

        Assert.Equal("read", IsReadOrRefusedSoon(MediaTypes.PlainText, bytes, new ParsingOptions { LineCharsMax = Size }));
    }

    private static string Repeated(string piece) => string.Concat(Enumerable.Repeat(piece, Size / Encoding.UTF8.GetByteCount(piece)));

    private static string Joined(string separator, int count, Func<int, string> piece) =>
        string.Join(separator, Enumerable.Range(0, count).Select(piece));

    private string IsReadOrRefusedSoon(string mediaType, byte[] content, ParsingOptions limits)
    {
        var before = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        var outcome = "read";
        try
        {
            var document = ParsedDocuments.With(limits).Parse(mediaType, content, "the-id");
            outcome = document.Sections.Count > 0 || document.Text.Length == 0 ? "read" : "lost";
        }
        catch (MillraceException error)
        {
            Assert.Contains(error.Reason, new[] { Reason.InvalidArgument, Reason.PayloadTooLarge });
            outcome = error.Message;
        }

        var allocated = (GC.GetTotalAllocatedBytes() - before) / (1024 * 1024);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{watch.Elapsed.TotalSeconds:f2} s, {allocated} MiB allocated, {content.Length} bytes: {outcome}"));
        Assert.NotEqual("lost", outcome);
        Assert.True(watch.Elapsed < Soon, $"took {watch.Elapsed}: {outcome}");
        return outcome;
    }
}
