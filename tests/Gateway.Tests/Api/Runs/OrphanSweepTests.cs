using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Tests.Fakes;
using Millrace.ServiceDefaults.Calls;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Runs;

/// <summary>Answers in the background whose gateway dies, and that nobody asks for.</summary>
public sealed class OrphanSweepTests : IAsyncLifetime
{
    private const string Path = "/v1/responses";
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private readonly ManualTimeProvider _time = new();
    private RealSessions? _sessions;
    private Platform? _first;

    private RealSessions Sessions => _sessions!;

    private Platform First => _first!;

    public async Task InitializeAsync()
    {
        _sessions = await RealSessions.StartAsync(_time);
        _first = await StartAsync();
        First.Inference.Script = HalfAsync;
    }

    [Fact]
    public async Task Background_ItsGatewayDies_AnotherEndsItUnasked()
    {
        var clock = new ManualTimeProvider();
        await using var second = await Platform.StartAsync(
            time: clock, settings: [Sessions.Setting, ("Gateway:Runs:Lease", "00:01:00")]);
        second.Inference.Script = RestAsync;
        var id = await BeginAsync(tenant: "acme");
        await KillAsync(First);
        _time.Advance(Lease);

        var asked = second.Inference.NextRequestAsync();
        clock.Advance(TimeSpan.FromSeconds(7.5));
        await asked.DefaultTimeout();
        CallContext.Current = new CallContext("acme", "test");
        await second.Gateway.Services.GetRequiredService<RunHost>().WaitAsync(id).DefaultTimeout();

        var whole = await GetAsync(second, id, "acme");
        Assert.Equal("completed", whole.GetProperty("status").GetString());
        Assert.Equal("Half and half.", whole.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Sweep_ByTwoGatewaysAtOnce_OneTakesIt()
    {
        await using var second = await StartAsync();
        await using var third = await StartAsync();
        second.Inference.Script = third.Inference.Script = RestAsync;
        await BeginAsync();
        await KillAsync(First);
        _time.Advance(Lease);

        var taken = await Task.WhenAll(SweepAsync(second), SweepAsync(third)).DefaultTimeout();

        Assert.Equal(1, taken.Sum());
        Assert.Equal(0, await SweepAsync(second));
    }

    [Fact]
    public async Task Sweep_AnswerWhoseOwnerLives_LeavesItAlone()
    {
        await using var second = await StartAsync();
        await BeginAsync();

        Assert.Equal(0, await SweepAsync(second));
        Assert.Empty(second.Inference.Requests);
    }

    [Fact]
    public async Task Sweep_AnswerThatGoesOnForReadersOnly_LeavesItToThem()
    {
        await using var second = await StartAsync();
        var body = new { model = "plain", messages = new[] { new { role = "user", content = "Say it" } }, stream = true };
        using var lost = await First.Http.PostAsync("/v1/chat/completions", body, ("Idempotency-Key", "k"));
        await lost.ReadUntilAsync("Half ");
        await KillAsync(First);
        _time.Advance(Lease);

        Assert.Equal(0, await SweepAsync(second));
    }

    [Fact]
    public async Task Sweep_GatewayWithoutRoom_LeavesItToOthers()
    {
        await using var full = await StartAsync(("Gateway:Runs:LiveMax", "1"));
        full.Inference.Script = HalfAsync;
        await BeginAsync(full);
        await BeginAsync();
        await KillAsync(First);
        _time.Advance(Lease);

        Assert.Equal(0, await SweepAsync(full));
    }

    [Fact]
    public async Task Sweep_AnswerThatWasTakenTooOften_EndsItWithAnError()
    {
        (string, string) once = ("Gateway:Runs:TakeoversMax", "1");
        await using var second = await StartAsync(once);
        await using var third = await StartAsync(once);
        second.Inference.Script = third.Inference.Script = HalfAsync;
        var id = await BeginAsync();
        await KillAsync(First);
        _time.Advance(Lease);
        Assert.Equal(1, await SweepAsync(second));
        await KillAsync(second);
        _time.Advance(Lease);

        Assert.Equal(1, await SweepAsync(third));
        await third.Gateway.Services.GetRequiredService<RunHost>().WaitAsync(id).DefaultTimeout();

        var ended = await GetAsync(third, id);
        Assert.Equal("failed", ended.GetProperty("status").GetString());
        Assert.Contains("one after the other", ended.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(third.Inference.Requests);
    }

    [Fact]
    public async Task Cancel_WhileItHasNoOwner_StopsItForGood()
    {
        await using var second = await StartAsync();
        second.Inference.Script = RestAsync;
        var id = await BeginAsync();
        await KillAsync(First);

        var cancelling = second.Http.PostAsync($"{Path}/{id}/cancel", new { });
        await _time.UntilTimedAsync(TimeSpan.FromSeconds(1)).DefaultTimeout();
        _time.Advance(Lease);
        using var cancelled = await cancelling;

        Assert.Equal("cancelled", (await cancelled.JsonAsync()).GetProperty("status").GetString());
        Assert.Equal(0, await SweepAsync(second));
        Assert.Empty(second.Inference.Requests);
    }

    public async Task DisposeAsync()
    {
        if (_first is not null) await _first.DisposeAsync();
        if (_sessions is not null) await _sessions.DisposeAsync();
    }

    private static Task<int> SweepAsync(Platform platform) =>
        platform.Gateway.Services.GetRequiredService<OrphanSweep>().SweepAsync(CancellationToken.None).DefaultTimeout();

    private static Task KillAsync(Platform platform) =>
        platform.Gateway.Services.GetRequiredService<RunHost>().StopAsync(CancellationToken.None).DefaultTimeout();

    private static async Task<JsonElement> GetAsync(Platform platform, string id, string tenant = "default")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}/{id}");
        request.Headers.Add("x-millrace-tenant", tenant);
        using var response = await platform.Http.SendAsync(request).DefaultTimeout();
        return await response.JsonAsync();
    }

    private static async Task HalfAsync(GenerateRequest request, Speaker speaker)
    {
        await speaker.StartAsync();
        await speaker.TokenAsync("Half ");
        await Task.Delay(Timeout.Infinite, speaker.CancellationToken);
    }

    private static async Task RestAsync(GenerateRequest request, Speaker speaker)
    {
        Assert.True(request.Chat.ContinueLastMessage);
        await speaker.StartAsync();
        await speaker.TokenAsync("and half.");
        await speaker.FinishAsync();
    }

    private Task<Platform> StartAsync(params (string Key, string Value)[] settings) =>
        Platform.StartAsync(settings: [Sessions.Setting, ("Gateway:Runs:SweepInterval", "00:00:00"), .. settings]);

    /// <summary>Begins a response, whose first word is stored when this ends.</summary>
    private async Task<string> BeginAsync(Platform? platform = null, string tenant = "default")
    {
        var body = new { model = "plain", input = "Say it", background = true, stream = true };
        using var begun = await (platform ?? First).Http.PostAsync(Path, body, ("x-millrace-tenant", tenant));
        var created = Requests.Events(await begun.ReadUntilAsync("Half "))[0];
        return Requests.Data(created).GetProperty("response").GetProperty("id").GetString() ?? "";
    }
}
