using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Explaining;

public sealed class ExplainTests
{
    private const string RequestId = "req-explained";

    [Fact]
    public async Task Explain_Assistant_TellsEveryDecisionAndNoText()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Parcels are tracked. [2]");
        using var answer = await AskAsync(platform, "docs-assistant", "Xylophone parcels?");

        var told = await ExplainAsync(platform);

        Assert.Equal("completed", told.GetProperty("outcome").GetString());
        var steps = told.GetProperty("decisions").EnumerateArray().Select(decision => decision.GetProperty("step").GetString()!).ToList();
        Assert.Equal(["plan", "guard_input", "retrieve", "guard_passages", "prompt", "route", "guard_output", "cite"], steps.Distinct());
        Assert.StartsWith("rag_qa.", Facts(told, "plan").GetProperty("prompt").GetString(), StringComparison.Ordinal);
        Assert.Equal("only", Facts(told, "route").GetProperty("why").GetString());
        Assert.Equal(2, Facts(told, "retrieve").GetProperty("passages").GetArrayLength());
        Assert.DoesNotContain("Xylophone", told.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("tracked", told.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_MemberFailed_TellsWhoTookOverAndWhy()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);
        platform.Members[0].Script = (_, _) => throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        for (var i = 0; i < 2 && platform.Members[0].Requests.IsEmpty; i++)
            using (await AskAsync(platform, "plain", $"Say {i}")) { }

        var routes = (await ExplainAsync(platform)).GetProperty("decisions").EnumerateArray()
            .Where(decision => decision.GetProperty("step").GetString() == "route").ToList();

        Assert.Equal(["inference-1", "inference-2"], routes.Select(route => route.GetProperty("decided").GetString()));
        Assert.Equal("upstream_unavailable", routes[1].GetProperty("facts").GetProperty("failed_before").GetString());
    }

    [Fact]
    public async Task Explain_Refused_TellsTheReason()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.IsAway = true;
        using var answer = await AskAsync(platform, "docs-assistant", "How long?");

        var told = await ExplainAsync(platform);

        Assert.Equal(("failed", "upstream_unavailable"), (told.GetProperty("outcome").GetString(), told.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Explain_Unknown_IsAnErrorObject()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.Http.GetAsync("/v1/requests/never/explain").DefaultTimeout();

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal(("request_not_found", "id"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Headers_ModelTakesItsTime_OverheadIsWithoutIt(bool stream)
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(time: time);
        platform.Inference.Script = async (_, speaker) =>
        {
            time.Advance(TimeSpan.FromMilliseconds(300));
            await speaker.SayAsync("Hello", ".");
        };
        platform.Guardrails.Checking = () => time.Advance(TimeSpan.FromMilliseconds(7));

        using var response = await platform.ChatAsync(
            new { model = "plain", stream, messages = new[] { new { role = "user", content = "Hi" } } }, stream);

        Assert.Equal((7, 300), (Number(response, "x-millrace-overhead-ms"), Number(response, "x-millrace-model-ms")));
        await response.Content.ReadAsStringAsync();
    }

    [Fact]
    public async Task Timings_WholeAnswer_AddUp()
    {
        await using var platform = await Platform.StartAsync();

        var timings = (await platform.AskAsync("plain", "Hi")).GetProperty("millrace").GetProperty("timings");

        var (total, model, overhead) = (Get("total_ms"), Get("model_ms"), Get("overhead_ms"));
        Assert.True(model > 0 && overhead > 0 && total >= overhead);

        double Get(string name) => timings.GetProperty(name).GetDouble();
    }

    private static double Number(HttpResponseMessage response, string header) =>
        double.Parse(response.Headers.GetValues(header).Single(), CultureInfo.InvariantCulture);

    private static Task<HttpResponseMessage> AskAsync(Platform platform, string model, string question) => platform.ChatAsync(
        new { model, messages = new[] { new { role = "user", content = question } } }, requestId: RequestId);

    private static async Task<JsonElement> ExplainAsync(Platform platform) =>
        await platform.Http.GetFromJsonAsync<JsonElement>($"/v1/requests/{RequestId}/explain").DefaultTimeout();

    private static JsonElement Facts(JsonElement told, string step) => told.GetProperty("decisions").EnumerateArray()
        .First(decision => decision.GetProperty("step").GetString() == step).GetProperty("facts");
}
