using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Tests.Fakes;
using Millrace.ServiceDefaults.Calls;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Inference;

/// <summary>Which member gets a request, seen from the HTTP door.</summary>
public sealed class PoolAffinityTests
{
    private static readonly (string, string)[] AskedOften =
        [("Gateway:PoolStatusInterval", "00:00:00.020"), ("Gateway:PoolIdleInterval", "00:00:00.020")];

    [Fact]
    public async Task Generate_NextTurnOfAChat_GoesWhereTheChatIs()
    {
        await using var platform = await Platform.StartAsync(memberCount: 4);
        await AskAsync(platform, "First question of all");
        foreach (var other in new[] { "b", "c", "d", "e" }) await AskAsync(platform, other);

        await AskAsync(platform, "First question of all", "Hello there.", "And then?");
        await AskAsync(platform, "First question of all", "Hello there.", "And then?", "Hello there.", "And after that?");

        var requests = platform.Members[0].Requests.Select(request => request.Chat.Messages.Count).ToList();
        Assert.Contains(3, requests);
        Assert.Contains(5, requests);
        Assert.Equal(7, platform.Members.Sum(member => member.Requests.Count));
        Assert.Equal(5, platform.Members[0].LastRequest.PrefixKeys.Count);
    }

    [Fact]
    public async Task Generate_MembersAreEqual_SharesNewChatsEvenly()
    {
        await using var platform = await Platform.StartAsync(memberCount: 4);

        for (var chat = 0; chat < 12; chat++) await AskAsync(platform, $"Chat {chat}");

        Assert.All(platform.Members, member => Assert.Equal(3, member.Requests.Count));
    }

    [Fact]
    public async Task Generate_TenantsDiffer_ShareNoKeys()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2);

        await platform.AskAsync("plain", "Say it");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new StringContent(
            """{"model":"plain","messages":[{"role":"user","content":"Say it"}]}""", System.Text.Encoding.UTF8, "application/json");
        request.Headers.Add(CallContext.TenantHeader, "other");
        using var response = await platform.Http.SendAsync(request).DefaultTimeout();

        var keys = platform.Members.SelectMany(member => member.Requests).SelectMany(sent => sent.PrefixKeys).ToList();
        Assert.Equal((HttpStatusCode.OK, 2, 2), (response.StatusCode, keys.Count, keys.Distinct().Count()));
    }

    [Fact]
    public async Task Generate_RoundRobin_HeedsNoPrefix()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, null, ("Gateway:PoolPolicy", "round-robin"));

        for (var request = 0; request < 6; request++) await platform.AskAsync("plain", "Say it");

        Assert.All(platform.Members, member => Assert.Equal(3, member.Requests.Count));
    }

    [Fact]
    public async Task Generate_MemberReportsTheWorkOfOthers_GoesElsewhere()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, null, AskedOften);
        platform.Members[0].Status = () => FakeInference.StatusOf([], slotsUsed: 4, queueDepth: 3);
        await AskedAsync(platform.Members[0]);

        for (var request = 0; request < 4; request++) await AskAsync(platform, $"Chat {request}");

        Assert.Equal((0, 4), (platform.Members[0].Requests.Count, platform.Members[1].Requests.Count));
    }

    [Fact]
    public async Task Generate_MemberReportsKeys_AreHeldWithoutHavingBeenSent()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, null, AskedOften);
        await AskAsync(platform, "Say it");
        var keys = platform.Members[0].LastRequest.PrefixKeys.ToArray();

        // The state moved: the first member says that it holds it no more, and the second one that it does.
        platform.Members[0].Status = () => FakeInference.StatusOf([]);
        platform.Members[1].Status = () => FakeInference.StatusOf(keys);
        await AskedAsync(platform.Members[0]);
        await AskedAsync(platform.Members[1]);
        for (var request = 0; request < 3; request++) await AskAsync(platform, "Say it");

        Assert.Equal((1, 3), (platform.Members[0].Requests.Count, platform.Members[1].Requests.Count));
    }

    [Fact]
    public async Task Generate_MemberDrains_TakesNothingNew()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, null, AskedOften);
        platform.Members[0].Status = () => new() { Draining = true };
        await AskedAsync(platform.Members[0]);

        for (var request = 0; request < 3; request++) await AskAsync(platform, $"Chat {request}");
        platform.Members[1].Status = () => new() { Draining = true };
        await AskedAsync(platform.Members[1]);
        using var refused = await ChatAsync(platform, "plain", "More");

        Assert.Equal((0, 3), (platform.Members[0].Requests.Count, platform.Members[1].Requests.Count));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("shutting down", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_AdapterWasLoadedOnOneMember_IsFoundThere()
    {
        await using var platform = await Platform.StartAsync(memberCount: 3, null, AskedOften);
        await AskAsync(platform, "Hi");
        platform.Members[1].MoreModels.Enqueue("plain:legal");

        using var answer = await ChatWhenKnownAsync(platform, "plain:legal");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("plain:legal", platform.Members[1].LastRequest.Model);
        Assert.DoesNotContain(platform.Members[0].Requests.Concat(platform.Members[2].Requests), sent => sent.Model == "plain:legal");
    }

    [Fact]
    public async Task Pool_ModelOfNobody_IsNotFoundAndAsksAgainNotMoreThanOncePerSecond()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(memberCount: 2, time);
        var pool = platform.Gateway.Services.GetRequiredService<InferencePool>();
        await pool.ListModelsAsync(CancellationToken.None).DefaultTimeout();

        var error = await CountAsync(pool, "plain:late");
        platform.Members[1].MoreModels.Enqueue("plain:late");
        var tooSoon = await CountAsync(pool, "plain:late");
        time.Advance(TimeSpan.FromSeconds(1));
        var found = await CountAsync(pool, "plain:late");

        Assert.Equal(
            (ServiceDefaults.Errors.Reason.ModelNotFound, ServiceDefaults.Errors.Reason.ModelNotFound, null), (error, tooSoon, found));
    }

    [Fact]
    public async Task Pool_FirstWhoAsksHasNoTimeLeft_LearnsForTheOthersAllTheSame()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, new ManualTimeProvider());
        var pool = platform.Gateway.Services.GetRequiredService<InferencePool>();
        await pool.ListModelsAsync(CancellationToken.None).DefaultTimeout();
        platform.Members[1].MoreModels.Enqueue("plain:late");

        CallContext.Current = new CallContext("t", "r", DateTime.UnixEpoch);
        var late = await CountAsync(pool, "plain:late");
        CallContext.Current = CallContext.Background;
        var found = await CountAsync(pool, "plain:late");

        Assert.Equal((ServiceDefaults.Errors.Reason.DeadlineExceeded, null), (late, found));
        Assert.All(platform.Gateway.Services.GetRequiredService<PoolMembers>().All, member => Assert.True(member.IsWell));
    }

    [Fact]
    public async Task Generate_AdapterWasUnloadedOnOneMember_GoesToTheOther()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, null, AskedOften);
        foreach (var member in platform.Members) member.MoreModels.Enqueue("plain:legal");
        using var first = await ChatWhenKnownAsync(platform, "plain:legal");
        platform.Members[0].MoreModels.Clear();

        for (var request = 0; request < 3; request++)
        {
            using var answer = await ChatAsync(platform, "plain:legal", $"Chat {request}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // It was asked for the adapter once more at most, and is not known for it since.
        Assert.InRange(platform.Members[0].Requests.Count(sent => sent.Model == "plain:legal"), 0, 2);
    }

    [Fact]
    public async Task Generate_Chosen_IsToldByMetricsAndSpanWithoutText()
    {
        var choices = new ConcurrentQueue<string>();
        var keys = new ConcurrentQueue<long>();
        await using var platform = await Platform.StartAsync(memberCount: 2);
        var own = platform.Gateway.Services.GetRequiredService<IMeterFactory>().Create(PoolTelemetry.MeterName);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == own && instrument.Name.StartsWith("millrace.pool", StringComparison.Ordinal))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == PoolTelemetry.MatchedKeys) keys.Enqueue(value);
            else choices.Enqueue(string.Join(' ', tags.ToArray().Select(tag => $"{tag.Value}")));
        });
        meters.Start();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        using var parent = new Activity("test").Start();

        await AskAsync(platform, "Xylophone");
        await AskAsync(platform, "Xylophone", "Hello there.", "More");

        Assert.Equal(["inference-1 load", "inference-1 prefix"], choices);
        Assert.Equal([0, 1], keys);
        var chats = spans.Where(span => span.TraceId == parent.TraceId && span.OperationName == "chat plain").ToList();
        Assert.Equal(["inference-1 load 0", "inference-1 prefix 1"], chats.Select(Describe));
        Assert.DoesNotContain(
            chats.SelectMany(span => span.TagObjects), tag => $"{tag.Value}".Contains("Xylophone", StringComparison.Ordinal));
    }

    private static string Describe(Activity span) => string.Join(
        ' ',
        span.GetTagItem(PoolTelemetry.MemberAttribute),
        span.GetTagItem(PoolTelemetry.ReasonAttribute),
        span.GetTagItem(PoolTelemetry.MatchedAttribute));

    private static ActivityListener Listen(ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Millrace.Gateway",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    // The answer to a question that came before the change may still be on its way, not so the answer to the one after it.
    private static async Task AskedAsync(FakeInference member)
    {
        for (var times = 0; times < 3; times++) await member.Asked.DefaultTimeout();
    }

    private static async Task<ServiceDefaults.Errors.Reason?> CountAsync(InferencePool pool, string model)
    {
        try
        {
            await pool.CountTokensAsync(new() { Model = model, Texts = { "a" } }, CancellationToken.None).DefaultTimeout();
            return null;
        }
        catch (ServiceDefaults.Errors.MillraceException error)
        {
            return error.Reason;
        }
    }

    // The list of models may be a second old.
    private static async Task<HttpResponseMessage> ChatWhenKnownAsync(Platform platform, string model)
    {
        while (true)
        {
            var answer = await ChatAsync(platform, model, "Hi");
            if (answer.StatusCode != HttpStatusCode.NotFound) return answer;
            answer.Dispose();
            await platform.Members[0].Asked.DefaultTimeout();
        }
    }

    private static Task<HttpResponseMessage> ChatAsync(Platform platform, string model, string question) =>
        platform.ChatAsync(new { model, messages = new[] { new { role = "user", content = question } } });

    private static async Task AskAsync(Platform platform, params string[] turns)
    {
        var messages = turns.Select((content, index) => new { role = index % 2 == 0 ? "user" : "assistant", content });
        using var response = await platform.PostAsync("/v1/chat/completions", JsonSerializer.Serialize(new { model = "plain", messages }));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
