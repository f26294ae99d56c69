using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Moderation;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Moderation;

public sealed class ModerationTests
{
    [Fact]
    public async Task Moderation_SeveralTexts_TellsOfEachWithoutItsText()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync(
            "/v1/moderations", $$"""{"model":"omni-moderation-latest","input":["fine","so {{FakeGuardrails.Forbidden}}"]}""");
        var text = await response.Content.ReadAsStringAsync();
        var results = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("results");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([false, true], results.EnumerateArray().Select(result => result.GetProperty("flagged").GetBoolean()));
        Assert.Equal(
            ModerationCategories.All, results[0].GetProperty("categories").EnumerateObject().Select(category => category.Name));
        var finding = results[1].GetProperty("millrace").GetProperty("findings")[0];
        Assert.Equal(("test.forbidden", "block"), (finding.GetProperty("rule").GetString(), finding.GetProperty("action").GetString()));
        Assert.DoesNotContain(FakeGuardrails.Forbidden, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moderation_CategoryScores_AreThoseOfTheGuard()
    {
        await using var platform = await Platform.StartAsync();
        platform.Guardrails.Scores =
        [
            new CategoryScore { Category = "self-harm/intent", Score = 0.75f, Flagged = true },
            new CategoryScore { Category = "hate", Score = 0.125f },
        ];

        using var response = await platform.PostAsync(
            "/v1/moderations", """{"input":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}""");
        var results = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results");

        var result = Assert.Single(results.EnumerateArray());
        Assert.True(result.GetProperty("flagged").GetBoolean());
        Assert.True(result.GetProperty("categories").GetProperty("self-harm/intent").GetBoolean());
        Assert.Equal(0.75, result.GetProperty("category_scores").GetProperty("self-harm/intent").GetDouble());
        Assert.Equal(0.125, result.GetProperty("category_scores").GetProperty("hate").GetDouble());
        Assert.False(result.GetProperty("categories").GetProperty("hate").GetBoolean());
        Assert.Equal("text", result.GetProperty("category_applied_input_types").GetProperty("hate")[0].GetString());
        Assert.Equal(ModerationCategories.All.Count, result.GetProperty("category_scores").EnumerateObject().Count());
    }

    [Fact]
    public async Task Moderation_RuleThatIsOnlyTried_FlagsNothing()
    {
        await using var platform = await Platform.StartAsync();
        platform.Guardrails.MoreFindings = [new Finding { Rule = "pii.email", Action = GuardAction.Flag, Length = 4, DryRun = true }];

        using var response = await platform.PostAsync("/v1/moderations", """{"input":"one"}""");
        var result = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results")[0];

        Assert.False(result.GetProperty("flagged").GetBoolean());
        Assert.Single(result.GetProperty("millrace").GetProperty("findings").EnumerateArray());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"input":[]}""")]
    [InlineData("""{"input":[{"type":"image_url","image_url":{}}]}""")]
    [InlineData("""{"input":"x","colour":"red"}""")]
    public async Task Moderation_WrongBody_IsRefused(string body)
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync("/v1/moderations", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}
