using Millrace.TestShared;
using Millrace.Tidy.Tests.Checks;

namespace Millrace.Tidy.Tests;

/// <summary>The checks, on the repository as it is.</summary>
public sealed class RepositoryTests
{
    private static readonly IReadOnlyList<SourceFile> Code = SourceTree.Files(".cs");
    private static readonly IReadOnlyList<SourceFile> Protos = SourceTree.Files(".proto");
    private static readonly IReadOnlyList<SourceFile> Projects = SourceTree.Files(".csproj");
    private static readonly IReadOnlyList<SourceFile> Pages = SourceTree.Files(".md");
    private static readonly IReadOnlyList<SourceFile> Texts =
        SourceTree.Files(".cs", ".proto", ".csproj", ".props", ".targets", ".md", ".sh", ".json", ".mjs", ".py", ".yaml");

    [Fact]
    public void Files_AreShort() => AssertNone(Code.SelectMany(CodeShape.LongFiles));

    [Fact]
    public void Lines_AreShort() => AssertNone(Code.Concat(Protos).SelectMany(CodeShape.LongLines));

    [Fact]
    public void Methods_AreShort() => AssertNone(Code.SelectMany(CodeShape.LongMethods));

    [Fact]
    public void Methods_HaveFewParameters() =>
        AssertNone(Code.Where(file => !IsStandin(file)).SelectMany(CodeShape.WideMethods));

    [Fact]
    public void Methods_AreUnderEightLinesInTheMedian()
    {
        var lengths = Code.Where(file => !IsStandin(file)).SelectMany(CodeShape.MethodLengths).Order().ToList();

        Assert.True(lengths[lengths.Count / 2] < 8, $"The median method has {lengths[lengths.Count / 2]} lines.");
    }

    [Fact]
    public void Texts_HaveNoOpenEnds() => AssertNone(Code.Concat(Protos).SelectMany(Leftovers.OpenEnds));

    [Fact]
    public void Texts_NameNoPathOfOneMachine() => AssertNone(Texts.Where(file => !IsTidy(file)).SelectMany(Leftovers.MachinePaths));

    [Fact]
    public void Texts_HaveNoBlankEnds() => AssertNone(Code.Concat(Protos).Concat(Projects).SelectMany(Leftovers.BlankEnds));

    [Fact]
    public void Protos_AreDocumented() => AssertNone(Protos.SelectMany(ProtoComments.Undocumented));

    [Fact]
    public void Protos_GiveZeroNoMeaning() => AssertNone(
        Protos.Where(file => !IsForeign(file)).SelectMany(ProtoComments.ZeroValuesWithMeaning));

    [Fact]
    public void Projects_ReferenceOneWayOnly() => AssertNone(Projects.SelectMany(ProjectGraph.ForbiddenReferences));

    [Fact]
    public void Projects_AreInTheSolution()
    {
        var solution = File.ReadAllText(Path.Combine(RepoPaths.Root, "Aspire.sln"));

        AssertNone(Projects.SelectMany(project => ProjectGraph.MissingFromSolution(project, solution)));
    }

    [Fact]
    public void Code_BelongsToAProject()
    {
        var folders = Projects.Select(project => Path.GetDirectoryName(project.Path) + "/").ToList();

        AssertNone(Code
            .Where(file => !folders.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal)))
            .Select(file => file.Path));
    }

    [Fact]
    public void Standins_SayWhatTheyAre() => AssertNone(Projects
        .Where(IsStandin)
        .Select(project => Path.Combine(Path.GetDirectoryName(project.Path) ?? "", "README.md"))
        .Where(readme => !File.Exists(Path.Combine(RepoPaths.Root, readme))));

    [Fact]
    public void Pages_LinkToWhatExists() => AssertNone(OurPages.SelectMany(page => Documents.BrokenLinks(page, Exists)));

    [Fact]
    public void Pages_AreLinked() => AssertNone(Documents.UnlinkedPages([.. OurPages]));

    [Fact]
    public void AppHost_FitsOnAPage() =>
        Assert.True(Code.Single(file => file.Path == "AppHost/Program.cs").Lines.Length <= 120);

    private static IEnumerable<SourceFile> OurPages =>
        Pages.Where(page => !page.Path.StartsWith("samples/", StringComparison.Ordinal));

    private static bool Exists(string path)
    {
        var full = Path.Combine(RepoPaths.Root, path);
        return File.Exists(full) || Directory.Exists(full);
    }

    private static bool IsStandin(SourceFile file) => file.Path.StartsWith("eng/standins/", StringComparison.Ordinal);

    // Wire formats that others defined keep their zeros.
    private static bool IsForeign(SourceFile file) =>
        IsStandin(file) || file.Path.Contains("grpc/health", StringComparison.Ordinal);

    private static bool IsTidy(SourceFile file) => file.Path.StartsWith("tests/Tidy.Tests/", StringComparison.Ordinal);

    private static void AssertNone(IEnumerable<string> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
