using System.Net;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Explaining;

/// <summary>Explanations of requests whose gateway is gone.</summary>
public sealed class StoredExplanationTests
{
    private static readonly TimeSpan Flush = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Explain_GatewayThatAnsweredIsGone_AnotherTellsTheSame()
    {
        await using var sessions = await RealSessions.StartAsync();
        var first = await Platform.StartAsync(settings: [sessions.Setting]);
        await using var second = await Platform.StartAsync(settings: [sessions.Setting]);
        using (await AskAsync(first, "req-gone")) { }
        var told = await first.Http.GetStringAsync("/v1/requests/req-gone/explain").DefaultTimeout();
        await first.DisposeAsync();

        Assert.Equal(told, await second.Http.GetStringAsync("/v1/requests/req-gone/explain").DefaultTimeout());
        using var other = await ExplainAsync(second, "req-gone", "other-tenant");
        Assert.Equal((HttpStatusCode.NotFound, "request_not_found"), (other.StatusCode, await other.CodeAsync()));
    }

    [Fact]
    public async Task Keep_AfterTheInterval_IsStoredBehindTheRequests()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(time: time);
        using (await AskAsync(platform, "req-a")) { }
        await time.UntilTimedAsync(Flush).DefaultTimeout();
        Assert.Empty(platform.Explanations.Stored);

        var stored = platform.Explanations.Asked;
        time.Advance(Flush);
        await stored.DefaultTimeout();

        var json = JsonElement.Parse(platform.Explanations.Stored[("default", "req-a")]);
        Assert.Equal("completed", json.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Keep_StoreIsAway_WaitsAndIsStoredWhenItIsBack()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(time: time);
        platform.Explanations.IsAway = true;
        using (await AskAsync(platform, "req-a")) { }
        await time.UntilTimedAsync(Flush).DefaultTimeout();

        // The client itself asks a second and a third time.
        var asked = platform.Explanations.Asked;
        time.Advance(Flush);
        await asked.DefaultTimeout();
        platform.Explanations.IsAway = false;
        while (platform.Explanations.Stored.IsEmpty)
        {
            asked = platform.Explanations.Asked;
            var timed = time.UntilTimedAsync(Flush);
            if (await Task.WhenAny(timed, asked).DefaultTimeout() == timed) time.Advance(Flush);
        }

        Assert.Contains(("default", "req-a"), platform.Explanations.Stored.Keys);
    }

    [Fact]
    public async Task Keep_MoreThanMayWait_IsToldFromMemoryOnly()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(time: time, settings: ("Gateway:Explanations:QueueMax", "1"));
        using (await AskAsync(platform, "req-a")) { }
        await time.UntilTimedAsync(Flush).DefaultTimeout();
        using (await AskAsync(platform, "req-b")) { }

        var stored = platform.Explanations.Asked;
        time.Advance(Flush);
        await stored.DefaultTimeout();

        Assert.Equal(("default", "req-a"), platform.Explanations.Stored.Keys.Single());
        using var told = await ExplainAsync(platform, "req-b");
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);
    }

    [Fact]
    public async Task Explain_NotHereAndTheStoreIsAway_IsNotToldAsMissing()
    {
        await using var platform = await Platform.StartAsync();
        platform.Explanations.IsAway = true;

        using var told = await ExplainAsync(platform, "req-unknown");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "upstream_unavailable"), (told.StatusCode, await told.CodeAsync()));
    }

    [Fact]
    public async Task Keep_TurnedOff_StoresNothingAndAsksNobody()
    {
        await using var platform = await Platform.StartAsync(settings: ("Gateway:Explanations:Stored", "false"));
        platform.Explanations.IsAway = true;
        using (await AskAsync(platform, "req-a")) { }

        using var told = await ExplainAsync(platform, "req-a");
        using var unknown = await ExplainAsync(platform, "req-unknown");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (told.StatusCode, unknown.StatusCode));
    }

    private static async Task<HttpResponseMessage> AskAsync(Platform platform, string requestId)
    {
        var body = new { model = "plain", messages = new[] { new { role = "user", content = "Say it" } } };
        var response = await platform.ChatAsync(body, requestId: requestId);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }

    private static async Task<HttpResponseMessage> ExplainAsync(Platform platform, string id, string tenant = "default")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/requests/{id}/explain");
        request.Headers.Add("x-millrace-tenant", tenant);
        return await platform.Http.SendAsync(request).DefaultTimeout();
    }
}
