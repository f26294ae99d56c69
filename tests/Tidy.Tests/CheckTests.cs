using Millrace.Tidy.Tests.Checks;

namespace Millrace.Tidy.Tests;

/// <summary>The checks find what they are for, and nothing else.</summary>
public sealed class CheckTests
{
    [Fact]
    public void LongMethods_SeventyOneLines_IsFound()
    {
        Assert.Empty(CodeShape.LongMethods(MethodOf(70)));
        Assert.Single(CodeShape.LongMethods(MethodOf(71)));
    }

    [Fact]
    public void LongFiles_FourHundredAndOneLines_IsFound()
    {
        Assert.Empty(CodeShape.LongFiles(File(string.Concat(Enumerable.Repeat("//\n", 400)))));
        Assert.Single(CodeShape.LongFiles(File(string.Concat(Enumerable.Repeat("//\n", 401)))));
    }

    [Fact]
    public void LongLines_HundredAndFortyOneCharacters_IsFound()
    {
        Assert.Empty(CodeShape.LongLines(File(new string('x', 140))));
        Assert.Single(CodeShape.LongLines(File(new string('x', 141))));
    }

    [Fact]
    public void WideMethods_SixParameters_IsFoundUnlessItOverridesOrTheLastIsAToken()
    {
        Assert.Single(CodeShape.WideMethods(File("class C { void M(int a, int b, int c, int d, int e, int f) { } }")));
        Assert.Empty(CodeShape.WideMethods(File("class C { void M(int a, int b, int c, int d, int e, CancellationToken t) { } }")));
        Assert.Empty(CodeShape.WideMethods(File("class C { override void M(int a, int b, int c, int d, int e, int f) { } }")));
    }

    [Fact]
    public void OpenEnds_NoteToOneself_IsFound()
    {
        Assert.Single(Leftovers.OpenEnds(File("// TO" + "DO: later")));
        Assert.Empty(Leftovers.OpenEnds(File("var todos = 1;")));
    }

    [Fact]
    public void MachinePaths_HomeFolder_IsFound()
    {
        Assert.Single(Leftovers.MachinePaths(File("see /home" + "/someone/x")));
        Assert.Empty(Leftovers.MachinePaths(File("GET /v1/models")));
    }

    [Fact]
    public void BlankEnds_SpaceOrMissingLineEnd_IsFound()
    {
        Assert.Single(Leftovers.BlankEnds(File("x \n")));
        Assert.Single(Leftovers.BlankEnds(File("x")));
        Assert.Empty(Leftovers.BlankEnds(File("x\n")));
    }

    [Fact]
    public void Undocumented_FieldWithoutComment_IsFound()
    {
        Assert.Equal(2, ProtoComments.Undocumented(File("message M {\n  string a = 1;\n}\n")).Count());
        Assert.Empty(ProtoComments.Undocumented(File("// It.\nmessage M {\n  // The a.\n  string a = 1;\n}\n")));
        Assert.Single(ProtoComments.Undocumented(File("// It.\nservice S {\n\n  rpc Do(A) returns (B);\n}\n")));
    }

    [Fact]
    public void ZeroValuesWithMeaning_NotUnspecified_IsFound()
    {
        Assert.Single(ProtoComments.ZeroValuesWithMeaning(File("  STATE_READY = 0;\n")));
        Assert.Empty(ProtoComments.ZeroValuesWithMeaning(File("  STATE_UNSPECIFIED = 0;\n")));
    }

    [Fact]
    public void ForbiddenReferences_ServiceToService_IsFound()
    {
        Assert.Single(ProjectGraph.ForbiddenReferences(Project("services/A/A.csproj", "../B/B.csproj")));
        Assert.Single(ProjectGraph.ForbiddenReferences(Project("libs/L/L.csproj", "../../services/B/B.csproj")));
        Assert.Empty(ProjectGraph.ForbiddenReferences(Project("services/A/A.csproj", "../../libs/L/L.csproj")));
    }

    [Fact]
    public void MissingFromSolution_UnlistedProject_IsFound()
    {
        var project = Project("services/A/A.csproj", "../../libs/L/L.csproj");

        Assert.Single(ProjectGraph.MissingFromSolution(project, "\"services\\B\\B.csproj\""));
        Assert.Empty(ProjectGraph.MissingFromSolution(project, "\"services\\A\\A.csproj\""));
    }

    [Fact]
    public void BrokenLinks_MissingTarget_IsFound()
    {
        var page = new SourceFile("docs/a.md", "[b](b.md#part) [web](https://example.com)");

        Assert.Single(Documents.BrokenLinks(page, _ => false));
        Assert.Empty(Documents.BrokenLinks(page, target => target == "docs/b.md"));
    }

    [Fact]
    public void UnlinkedPages_PageNobodyLinks_IsFound()
    {
        SourceFile[] pages = [new("README.md", "[a](docs/a.md)"), new("docs/a.md", ""), new("docs/b.md", "")];

        Assert.Equal("docs/b.md: no page links to it", Assert.Single(Documents.UnlinkedPages(pages)));
    }

    private static SourceFile File(string text) => new("x.cs", text);

    private static SourceFile MethodOf(int lines) => File($"class C {{ void M()\n{{{new string('\n', lines - 1)}}} }}");

    private static SourceFile Project(string path, string reference) =>
        new(path, $"""<Project><ItemGroup><ProjectReference Include="{reference}" /></ItemGroup></Project>""");
}
