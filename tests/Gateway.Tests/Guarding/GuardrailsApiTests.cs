using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Guarding;

public sealed class GuardrailsApiTests
{
    [Fact]
    public async Task Explain_ATextOfATool_TellsEachFinding()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync(
            "/v1/guardrails/explain",
            $$"""{"text":"to {{FakeGuardrails.Address}}","policy":"strict","direction":"input","source":"tool"}""");
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("modify", answer.GetProperty("action").GetString());
        Assert.Equal($"Input Tool to {FakeGuardrails.Mask}", answer.GetProperty("text").GetString());
        Assert.Equal("strict", answer.GetProperty("policy").GetString());
        Assert.Equal(12, answer.GetProperty("duration_us").GetInt32());
        var finding = Assert.Single(answer.GetProperty("findings").EnumerateArray());
        Assert.Equal(("pii.email", "d"), (finding.GetProperty("rule").GetString(), finding.GetProperty("detail").GetString()));
        Assert.True(finding.GetProperty("dry_run").GetBoolean());
        Assert.False(finding.TryGetProperty("evidence", out _));
    }

    [Theory]
    [InlineData("firm", "firm")]
    [InlineData("off", "")]
    public async Task Explain_WithoutAPolicy_AsksForThatOfChats(string setting, string asked)
    {
        await using var platform = await Platform.StartAsync(settings: ("Gateway:GuardPolicy", setting));

        using var response = await platform.PostAsync("/v1/guardrails/explain", """{"text":"x"}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(asked, Assert.Single(platform.Guardrails.Policies));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"text":1}""")]
    [InlineData("""{"text":"x","direction":"up"}""")]
    [InlineData("""{"text":"x","source":"nobody"}""")]
    [InlineData("""{"text":"x","colour":"red"}""")]
    public async Task Explain_WrongBody_IsRefused(string body)
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync("/v1/guardrails/explain", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Policies_AreListedWithTheirVersions()
    {
        await using var platform = await Platform.StartAsync();

        var answer = await platform.Http.GetFromJsonAsync<JsonElement>("/v1/guardrails/policies").DefaultTimeout();

        var policy = Assert.Single(answer.GetProperty("data").EnumerateArray());
        Assert.Equal(("default", "1"), (policy.GetProperty("name").GetString(), policy.GetProperty("version").GetString()));
        Assert.True(policy.GetProperty("default").GetBoolean());
    }
}
