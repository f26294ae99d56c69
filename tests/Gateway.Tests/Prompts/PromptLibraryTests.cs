using Millrace.ServiceDefaults.Hosting;
using Millrace.Gateway.Prompts;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Prompts;

public sealed class PromptLibraryTests
{
    private const string Valid = """
        name: p
        version: v1
        system: Be kind.
        user: "$context / $question / $$5"
        passage: "[$number] $text"
        refusal: No.
        """;

    [Fact]
    public void Load_SeveralVersions_TakesTheNewest()
    {
        using var folder = new TemporaryFolder();
        foreach (var version in new[] { "v2", "v10", "v9" })
            File.WriteAllText(folder.File($"{version}.yaml"), Valid.Replace("v1", version, StringComparison.Ordinal));

        Assert.Equal("v10", PromptLibrary.Load(folder.Path).Find("p")?.Version);
    }

    [Fact]
    public void Find_VersionIsNamed_IsThatOne()
    {
        using var folder = new TemporaryFolder();
        foreach (var version in new[] { "v2", "v3" })
            File.WriteAllText(folder.File($"{version}.yaml"), Valid.Replace("v1", version, StringComparison.Ordinal));
        var prompts = PromptLibrary.Load(folder.Path);

        Assert.Equal(("v2", "v3"), (prompts.Find("p@v2")?.Version, prompts.Find("p@v3")?.Version));
        Assert.Null(prompts.Find("p@v4"));
        Assert.Equal(["p"], prompts.Names);
        Assert.Equal(["chain_of_thought", "react"], prompts.PresetNames);
    }

    [Fact]
    public void Ask_ValuesThatLookLikeVariables_StayValues()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("p.yaml"), Valid);
        var prompt = PromptLibrary.Load(folder.Path).Find("p");

        var text = prompt?.Ask("$context?", [new Retrieval.RetrievedPassage(1, "c", "d", 1, "t", [], "costs $question", 0)]);

        Assert.Equal("[1] costs $question / $context? / $5", text);
    }

    [Fact]
    public void Load_WrongFiles_NamesEveryFileAndError()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.yaml"), "name: a\nuser: \"$contxt\"\n");
        File.WriteAllText(folder.File("b.yaml"), "name: [\n");
        File.WriteAllText(folder.File("c.yaml"), Valid + "\ncolour: red\n");

        var message = Assert.Throws<StartupException>(() => PromptLibrary.Load(folder.Path)).Message;

        foreach (var part in new[] { "a.yaml: 'version' is missing", "uses $contxt", "lacks $question", "b.yaml, line", "c.yaml, line" })
            Assert.Contains(part, message, StringComparison.Ordinal);
    }
}
