using System.Text.Json.Nodes;
using Millrace.SystemTests.Keys;
using Millrace.TestShared.Fuzzing;

namespace Millrace.SystemTests;

/// <summary>The broken bodies of the Gateway's tests, with the real services behind it.</summary>
[Collection(KeyedCollection.Name)]
public sealed class FuzzTests(KeyedSystem system)
{
    private const int Seed = 2;
    private const int Rounds = 25;

    [Fact]
    public async Task Json_Broken_IsRefusedByNameOnEveryRoute()
    {
        var file = await system.Amber.UploadAsync("batch", "lines.jsonl", "{}");
        var conversation = await system.Amber.RequireAsync(HttpMethod.Post, "/v1/conversations", new JsonObject());
        await system.Amber.RequireAsync(HttpMethod.Post, "/v1/collections", new JsonObject { ["name"] = "broken" });
        var world = new FuzzWorld(ScriptedUpstream.Model, "tiny-rag-chat", file, conversation.Text("id"), "broken");
        List<string> problems = [];

        foreach (var target in FuzzTargets.All(world)) problems.AddRange(await FuzzRun.RunAsync(system.Amber.Http, target, Seed, Rounds));

        Assert.True(problems.Count == 0, $"{problems.Count} problems:\n{string.Join("\n\n", problems.Take(40))}");
    }
}
