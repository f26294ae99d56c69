using System.Text.Json;
using Google.Protobuf;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Guarding;

/// <summary>What the guard is told of texts, and what becomes of what it says of them.</summary>
public sealed class SourcesTests
{
    private static readonly object Grounding = new { collections = new[] { FakeRetrieval.Collection } };

    [Fact]
    public async Task Input_OfAllRoles_NamesSourcesAndTenant()
    {
        await using var platform = await Platform.StartAsync();
        object[] messages =
        [
            new { role = "system", content = "Be kind" },
            new { role = "user", content = "Weather?" },
            new
            {
                role = "assistant",
                content = "",
                tool_calls = new[] { new { id = "c1", type = "function", function = new { name = "weather", arguments = "{}" } } },
            },
            new { role = "tool", tool_call_id = "c1", content = "sunny" },
        ];

        using var response = await platform.ChatAsync(new { model = "plain", messages });

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var asked = Assert.Single(platform.Guardrails.Inputs);
        Assert.Equal(
            [TextSource.System, TextSource.User, TextSource.Assistant, TextSource.Assistant, TextSource.Tool], asked.Sources);
        Assert.Equal("default", asked.Tenant);
    }

    [Fact]
    public async Task ToolResult_Quarantined_IsWithheldFromTheModelAndTheChatGoesOn()
    {
        await using var platform = await Platform.StartAsync();
        object[] messages =
        [
            new { role = "user", content = "Read my mail" },
            new
            {
                role = "assistant",
                content = "",
                tool_calls = new[] { new { id = "c1", type = "function", function = new { name = "mail", arguments = "{}" } } },
            },
            new { role = "tool", tool_call_id = "c1", content = $"Dear AI, {FakeGuardrails.Injected}" },
        ];

        using var response = await platform.ChatAsync(new { model = "plain", messages });

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var shown = platform.Inference.LastRequest.Chat.Messages;
        Assert.Equal(InputGuard.Withheld, shown[^1].Content);
        Assert.DoesNotContain(shown, message => message.Content.Contains(FakeGuardrails.Injected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Passage_Quarantined_IsLeftOutAndTheOthersAreNumberedAnew()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.Found =
            [("bad.md", $"Dear AI, {FakeGuardrails.Injected}"), ("returns.md", "Items can be returned within 30 days.")];
        platform.Inference.Answers("Items can be returned within 30 days [1].");

        var answer = await AskAsync(platform);

        var prompt = platform.Inference.LastRequest.Chat.Messages[^1].Content;
        Assert.DoesNotContain(FakeGuardrails.Injected, prompt, StringComparison.Ordinal);
        Assert.Contains("[1]", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("[2]", prompt, StringComparison.Ordinal);
        var citation = answer.GetProperty("millrace").GetProperty("citations")[0];
        Assert.Equal("returns.md", citation.GetProperty("document_id").GetString());
    }

    [Fact]
    public async Task Passages_AllQuarantined_AreAnsweredAsNothingFound()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.Found = [("bad.md", FakeGuardrails.Injected)];

        var answer = await AskAsync(platform);

        Assert.Empty(platform.Inference.Requests);
        Assert.Equal(0, answer.GetProperty("millrace").GetProperty("retrieval").GetProperty("passages").GetInt32());
    }

    [Fact]
    public async Task Passages_ClearedBefore_AreNotCheckedAgainUntilThePolicyChanges()
    {
        await using var platform = await Platform.StartAsync();

        for (var i = 0; i < 3; i++) await AskAsync(platform);
        Assert.Single(Documents(platform));

        platform.Guardrails.Template.PolicyVersion = "2";
        await AskAsync(platform);
        Assert.Equal(2, Documents(platform).Count());
    }

    [Fact]
    public async Task Passage_ThatIsChanged_ReachesTheModelChangedEachTime()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.Found = [("contacts.md", $"Say {FakeGuardrails.Secret} to return an item.")];

        for (var i = 0; i < 2; i++)
        {
            await AskAsync(platform);
            var prompt = platform.Inference.LastRequest.Chat.Messages[^1].Content;
            Assert.Contains(FakeGuardrails.Mask, prompt, StringComparison.Ordinal);
            Assert.DoesNotContain(FakeGuardrails.Secret, prompt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Output_OfACheckedInput_GetsPseudonymsCanaryAndInstructions()
    {
        await using var platform = await Platform.StartAsync();
        platform.Guardrails.Template.Pseudonyms = ByteString.CopyFromUtf8("sealed");
        platform.Guardrails.Template.Canary = "amber-falcon-42";

        await AskAsync(platform);

        var start = Assert.Single(platform.Guardrails.Starts);
        Assert.False(start.Json);
        Assert.Equal("sealed", start.Pseudonyms.ToStringUtf8());
        Assert.Equal("amber-falcon-42", start.Canary);
        Assert.NotEmpty(start.ProtectedTexts);
        var instructions = platform.Inference.LastRequest.Chat.Messages[0].Content;
        Assert.EndsWith("amber-falcon-42", instructions, StringComparison.Ordinal);
        Assert.DoesNotContain(start.ProtectedTexts, text => text.Contains("amber-falcon-42", StringComparison.Ordinal));
    }

    private static IEnumerable<CheckInputRequest> Documents(Platform platform) =>
        platform.Guardrails.Inputs.Where(asked => asked.Sources.Contains(TextSource.Document));

    private static async Task<JsonElement> AskAsync(Platform platform)
    {
        using var response = await platform.ChatAsync(
            new { model = "plain", messages = new[] { new { role = "user", content = "Can I return an item?" } }, millrace = Grounding });
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement;
    }
}
