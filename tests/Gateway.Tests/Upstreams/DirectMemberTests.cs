using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;
using Millrace.Upstreams.Tests;

namespace Millrace.Gateway.Tests.Upstreams;

/// <summary>The Gateway's own upstreams beside the members of the pool.</summary>
public sealed class DirectMemberTests
{
    private static readonly (string Key, string Value) AlsoInThePool = ("Models:plain", "vendor/plain");
    private static readonly (string Key, string Value)[] FailsAtOnce = [("RetriesMax", "0"), ("Breaker:FailuresToOpen", "1")];

    [Fact]
    public async Task Models_OfPoolAndUpstreams_AreListedOnce()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Hang);
        await using var platform = await DirectPlatform.StartAsync(fake, memberCount: 2, AlsoInThePool);

        var list = await platform.Http.GetFromJsonAsync<JsonElement>("/v1/models").DefaultTimeout();

        var ids = list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()).ToList();
        foreach (var name in (string[])[DirectPlatform.Model, "plain", "tiny-rag-chat"]) Assert.Single(ids, name);
    }

    [Fact]
    public async Task Chat_ModelOfBoth_GoesToTheUpstreamFirst()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Far away.")));
        await using var platform = await DirectPlatform.StartAsync(fake, memberCount: 1, AlsoInThePool);

        for (var chat = 0; chat < 3; chat++)
            using (var response = await platform.ChatDirectAsync("plain"))
                Assert.Equal("Far away.", await response.ContentAsync());

        Assert.Empty(platform.Inference.Requests);
        Assert.Equal(["upstreams own"], await platform.RoutesAsync());
    }

    [Fact]
    public async Task Chat_ModelOfBothAndUpstreamDown_IsAnsweredByThePool()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(503));
        await using var platform = await DirectPlatform.StartAsync(fake, memberCount: 1, [AlsoInThePool, .. FailsAtOnce]);

        using var response = await platform.ChatDirectAsync("plain");

        Assert.Equal("Hello there.", await response.ContentAsync());
        Assert.Equal(["upstreams own", "inference-1 only"], await platform.RoutesAsync());
    }

    [Fact]
    public async Task Chat_UpstreamDown_OpensItsCircuitAndIsAnsweredByTheFallback()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(503));
        await using var platform = await DirectPlatform.StartAsync(
            fake, memberCount: 1, [(":Models:far-model:Fallbacks:0", "tiny-rag-chat"), .. FailsAtOnce]);

        for (var chat = 0; chat < 3; chat++)
            using (var response = await platform.ChatDirectAsync())
                Assert.Equal("Hello there.", await response.ContentAsync());

        Assert.Equal(1, fake.Count);
        Assert.Equal(3, platform.Inference.Requests.Count);
    }

    [Fact]
    public async Task Chat_UpstreamDownAndNothingElse_SaysWhichAndWhenToComeBack()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(503));
        await using var platform = await DirectPlatform.StartAsync(fake, settings: FailsAtOnce);
        (await platform.ChatDirectAsync()).Dispose();

        using var response = await platform.ChatDirectAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("The upstream 'far' failed repeatedly", await response.TextAsync(), StringComparison.Ordinal);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task CountTokens_OwnUpstream_AsksNoMember()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Hang);
        await using var platform = await DirectPlatform.StartAsync(fake);

        using var response = await platform.PostAsync(
            "/v1/messages/count_tokens", $$"""{"model":"{{DirectPlatform.Model}}","messages":[{"role":"user","content":"Say it"}]}""");

        Assert.True((await response.JsonAsync()).GetProperty("input_tokens").GetInt32() > 0);
        Assert.Equal((0, 0), (platform.Inference.CountCalls, fake.Count));
    }

    [Fact]
    public async Task Start_WithoutAnyPool_ServesItsUpstreams()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Far away.")));
        await using var platform = await DirectPlatform.StartAsync(fake, memberCount: 0);

        using var response = await platform.ChatDirectAsync();
        var health = await platform.Http.GetStringAsync("/health").DefaultTimeout();

        Assert.Equal("Far away.", await response.ContentAsync());
        Assert.DoesNotContain("inference", health, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_PoolAway_SaysSoAlthoughUpstreamsWork()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Far away.")));
        await using var platform = await DirectPlatform.StartAsync(fake);
        await platform.StopMemberAsync(0);

        using var refused = await platform.ChatDirectAsync("plain");
        var health = await platform.Http.GetStringAsync("/health").DefaultTimeout();
        using var response = await platform.ChatDirectAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("inference", health, StringComparison.Ordinal);
        Assert.Equal("Far away.", await response.ContentAsync());
    }
}
