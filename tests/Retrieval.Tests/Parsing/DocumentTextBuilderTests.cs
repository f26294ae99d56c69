using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Parsing;

public sealed class DocumentTextBuilderTests
{
    private static readonly string[] Texts =
        ["", " ", "\n", "word", "two words ", " 😀", "\ud83d", "\ude00x", "a\0b", "a\r\nb\u2028c", "\uFEFF", "  indented\n  more", "\t",
            "é\n\n\nx"];

    public static TheoryData<int> Seeds() => new(Enumerable.Range(0, 200));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Build_AnyCalls_GivesAValidDocument(int seed)
    {
        var random = new Random(seed);
        var builder = new DocumentTextBuilder();
        for (var i = random.Next(60); i > 0; i--) Call(builder, random);

        builder.Build("id").AssertValid();
    }

    [Fact]
    public void EndParts_AfterSubsections_AddsNoSectionTwice()
    {
        var builder = new DocumentTextBuilder();
        builder.AddHeading(1, "A");
        builder.AddLine("a");
        builder.AddHeading(2, "B");
        builder.AddLine("b");
        builder.EndParts(2);
        builder.EndParts(1);
        builder.AddLine("c");

        var document = builder.Build("id");

        Assert.Equal(["A: a", "A > B: b", ": c"], document.Sections.Select(
            section => $"{string.Join(" > ", section.Breadcrumb)}: {document.TextOf(section)}"));
    }

    [Fact]
    public void BeginPart_Always_IsInTheBreadcrumbOnly()
    {
        var builder = new DocumentTextBuilder();
        builder.BeginPart(1, "Page 1");
        builder.BeginPart(1, "Page 2");
        builder.AddParagraph("text");

        var document = builder.Build("id");

        Assert.Equal(("id", "text"), (document.Title, document.Text));
        Assert.Equal(["Page 2"], Assert.Single(document.Sections).Breadcrumb);
    }

    [Fact]
    public void Heading_VeryLong_IsShortenedInTheBreadcrumbAndKeptInTheText()
    {
        var heading = string.Concat(Enumerable.Repeat("😀", 1000));
        var builder = new DocumentTextBuilder();
        builder.AddHeading(1, heading);

        var document = builder.Build("id");
        document.AssertValid();

        Assert.Equal(heading, document.TextOf(Assert.Single(document.Sections)));
        Assert.InRange(document.Sections[0].Breadcrumb[0].Length, 1, 301);
    }

    [Fact]
    public void Limits_OfTextAndSections_AreKept()
    {
        var limits = new ParsingOptions { TextCharsMax = 10, SectionsMax = 2 };

        Assert.Contains("TextCharsMax", Refusal(limits, builder => builder.AddParagraph("eleven char")), StringComparison.Ordinal);
        Assert.Contains(
            "SectionsMax", Refusal(limits, builder => { for (var i = 0; i < 4; i++) builder.AddHeading(1, "a"); }),
            StringComparison.Ordinal);
    }

    private static string Refusal(ParsingOptions limits, Action<DocumentTextBuilder> action)
    {
        var builder = new DocumentTextBuilder(new ParsingBudget(limits, CancellationToken.None));
        return Assert.Throws<MillraceException>(() => action(builder)).Message;
    }

    private static void Call(DocumentTextBuilder builder, Random random)
    {
        var text = Texts[random.Next(Texts.Length)] + Texts[random.Next(Texts.Length)];
        var level = random.Next(1, 5);
        switch (random.Next(6))
        {
            case 0: builder.AddHeading(level, text); break;
            case 1: builder.BeginPart(level, text); break;
            case 2: builder.EndParts(level); break;
            case 3: builder.AddVerbatim(text); break;
            case 4: builder.AddLine(text); break;
            default: builder.AddParagraph(text); break;
        }
    }
}
