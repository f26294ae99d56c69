using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Responses;

public sealed class BackgroundTests : IAsyncLifetime
{
    private const string Path = "/v1/responses";
    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource _goOn = new();
    private RealSessions? _sessions;
    private Platform? _platform;

    private Platform Platform => _platform!;

    public async Task InitializeAsync()
    {
        _sessions = await RealSessions.StartAsync(_time);
        _platform = await Platform.StartAsync(settings: [_sessions.Setting]);
        Platform.Inference.Script = HalfwayAsync;
    }

    [Fact]
    public async Task Create_InBackground_IsQueuedThenInProgressThenThere()
    {
        using var posted = await Platform.Http.PostAsync(Path, new { model = "plain", input = "Say it", background = true });
        var queued = await posted.JsonAsync();
        var id = Text(queued, "id");

        Assert.Equal("queued", Text(queued, "status"));
        Assert.Equal("in_progress", Text(await GetAsync(id), "status"));
        var made = Platform.Gateway.Services.GetRequiredService<RunHost>().WaitAsync(id);
        _goOn.SetResult();
        await made.DefaultTimeout();
        var whole = await GetAsync(id);
        Assert.Equal("completed", Text(whole, "status"));
        Assert.Equal(queued.GetProperty("created_at").GetRawText(), whole.GetProperty("created_at").GetRawText());
    }

    [Fact]
    public async Task Stream_InBackground_OutlivesItsClientAndIsResumed()
    {
        string begun;
        var body = new { model = "plain", input = "Say it", background = true, stream = true };
        using (var posted = await Platform.Http.PostAsync(Path, body))
            begun = await posted.ReadUntilAsync("Half ");
        var events = Requests.Events(begun);
        Assert.Equal(
            ["response.created", "response.queued", "response.in_progress"],
            events.Take(3).Select(lines => Text(Requests.Data(lines), "type")));
        var id = Text(Requests.Data(events[0]).GetProperty("response"), "id");

        using var resumed = await Platform.Http.GetAsync(
            $"{Path}/{id}?stream=true&starting_after={events.Length - 1}", HttpCompletionOption.ResponseHeadersRead);
        _goOn.SetResult();
        var rest = Requests.Events(await resumed.TextAsync());

        Assert.Equal(
            Enumerable.Range(0, events.Length + rest.Length),
            events.Concat(rest).Select(lines => Requests.Data(lines).GetProperty("sequence_number").GetInt32()));
        Assert.Equal("response.completed", Text(Requests.Data(rest[^1]), "type"));
        Assert.Single(Platform.Inference.Requests);
    }

    [Fact]
    public async Task Cancel_InBackground_StopsTheEngine()
    {
        using var posted = await Platform.Http.PostAsync(Path, new { model = "plain", input = "Say it", background = true });
        var id = Text(await posted.JsonAsync(), "id");

        using var cancelled = await Platform.Http.PostAsync($"{Path}/{id}/cancel", new { });
        using var again = await Platform.Http.PostAsync($"{Path}/{id}/cancel", new { });

        Assert.Equal("cancelled", Text(await cancelled.JsonAsync(), "status"));
        Assert.Equal("cancelled", Text(await again.JsonAsync(), "status"));
        Assert.Equal("cancelled", Text(await GetAsync(id), "status"));
    }

    [Fact]
    public async Task Get_AfterItsGatewayDied_HasAnotherGoOn()
    {
        using var posted = await Platform.Http.PostAsync(Path, new { model = "plain", input = "Say it", background = true, stream = true });
        var begun = Requests.Events(await posted.ReadUntilAsync("Half "));
        var id = Text(Requests.Data(begun[0]).GetProperty("response"), "id");
        await Platform.Gateway.Services.GetRequiredService<RunHost>().StopAsync(CancellationToken.None).DefaultTimeout();
        await using var second = await Platform.StartAsync(settings: [_sessions!.Setting]);
        second.Inference.Script = async (request, speaker) =>
        {
            Assert.True(request.Chat.ContinueLastMessage);
            await speaker.StartAsync();
            await speaker.TokenAsync("and half.");
            await speaker.FinishAsync();
        };

        _time.Advance(TimeSpan.FromSeconds(5));
        await second.Http.GetStringAsync($"{Path}/{id}").DefaultTimeout();
        await second.Gateway.Services.GetRequiredService<RunHost>().WaitAsync(id).DefaultTimeout();

        var whole = JsonElement.Parse(await second.Http.GetStringAsync($"{Path}/{id}").DefaultTimeout());
        Assert.Equal("completed", Text(whole, "status"));
        Assert.Equal("Half and half.", Text(whole.GetProperty("output")[0].GetProperty("content")[0], "text"));
    }

    public async Task DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
        if (_sessions is not null) await _sessions.DisposeAsync();
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private async Task<JsonElement> GetAsync(string id) =>
        JsonElement.Parse(await Platform.Http.GetStringAsync($"{Path}/{id}").DefaultTimeout());

    private async Task HalfwayAsync(Contracts.Inference.V1.GenerateRequest request, Speaker speaker)
    {
        await speaker.StartAsync();
        await speaker.TokenAsync("Half ");
        await _goOn.Task.WaitAsync(speaker.CancellationToken);
        await speaker.TokenAsync("and half.");
        await speaker.FinishAsync();
    }
}
