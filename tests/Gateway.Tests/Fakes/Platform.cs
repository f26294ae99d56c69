using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>The Gateway on real ports, with every service that it calls played by a fake behind the real wire.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private readonly List<ServiceUnderTest> _hosts = [];
    private ServiceUnderTest? _gateway;

    private Platform(int memberCount) => Members = [.. Enumerable.Range(0, memberCount).Select(_ => new FakeInference())];

    public IReadOnlyList<FakeInference> Members { get; }

    public FakeInference Inference => Members[0];

    public FakeGuardrails Guardrails { get; } = new();

    public FakeEmbedding Embedding { get; } = new();

    public FakeRetrieval Retrieval { get; } = new();

    public FakeSessions Sessions { get; } = new();

    public FakeExplanations Explanations { get; } = new();

    /// <summary>Keeps calls of the fakes from ending.</summary>
    public StuckCalls Stuck { get; } = new();

    /// <summary>All that the Gateway logs.</summary>
    public AllLogs Logs { get; } = new();

    public ServiceUnderTest Gateway => _gateway ?? throw new InvalidOperationException("Not started.");

    public HttpClient Http => Gateway.Http;

    public static async Task<Platform> StartAsync(
        int memberCount = 1, TimeProvider? time = null, params IEnumerable<(string Key, string Value)> settings)
    {
        var platform = new Platform(memberCount);
        var others = await platform.HostAsync(platform.Guardrails, platform.Embedding, platform.Retrieval, platform.Sessions);
        List<(string, string)> all =
        [
            ("services:guardrails:grpc:0", others), ("services:embedding:grpc:0", others),
            ("services:retrieval:grpc:0", others), ("services:sessions:grpc:0", others),

            // Most tests look at one whole prompt and one whole answer; those of the cascade ask for it.
            ("Assistants:docs-assistant:Grounding", "Verbatim"),

            // Tokens that are there together would else be joined, now so and now so.
            ("Gateway:BatchCharsMax", "0"),
        ];
        for (var member = 0; member < memberCount; member++)
            all.Add(($"services:inference-{member + 1}:grpc:0", await platform.HostAsync(platform.Members[member])));
        platform._gateway = await ServiceUnderTest.StartAsync(
            builder =>
            {
                builder.AddGateway();
                if (time is not null) builder.Services.AddSingleton(time);
                builder.Logging.AddProvider(platform.Logs).SetMinimumLevel(LogLevel.Trace);
            },
            app => app.MapGateway(),
            all.Concat(settings).GroupBy(setting => setting.Item1).Select(same => same.Last()));
        return platform;
    }

    /// <summary>Stops the host of a pool member, so that its address refuses connections.</summary>
    public ValueTask StopMemberAsync(int index) => _hosts[index + 1].DisposeAsync();

    /// <summary>Posts a chat.</summary>
    public Task<HttpResponseMessage> ChatAsync(object body, bool stream = false, string? requestId = null) =>
        SendAsync("/v1/chat/completions", JsonSerializer.Serialize(body), stream, requestId);

    /// <summary>Posts a body as it stands, and waits for the whole answer or for its beginning.</summary>
    public Task<HttpResponseMessage> ChatAtAsync(string path, string body, string? requestId = null, bool whole = false) =>
        SendAsync(path, body, !whole, requestId);

    /// <summary>Posts a body as it stands.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string body) => SendAsync(path, body, stream: false, requestId: null);

    /// <summary>Asks one question and returns the JSON of the answer.</summary>
    public async Task<JsonElement> AskAsync(string model, string question)
    {
        using var response = await ChatAsync(new { model, messages = new[] { new { role = "user", content = question } } });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        foreach (var host in _hosts) await host.DisposeAsync();
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string body, bool stream, string? requestId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (requestId is not null) request.Headers.Add("x-request-id", requestId);
        var completion = stream ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead;
        return await Http.SendAsync(request, completion).DefaultTimeout();
    }

    private async Task<string> HostAsync(FakeInference member)
    {
        var host = await ServiceUnderTest.StartAsync(
            builder => Stuck.AddTo(builder.Services).AddSingleton(member), app => app.MapGrpcService<FakeInference>());
        _hosts.Add(host);
        return host.GrpcAddress.ToString();
    }

    private async Task<string> HostAsync(FakeGuardrails guardrails, FakeEmbedding embedding, FakeRetrieval retrieval, FakeSessions sessions)
    {
        var host = await ServiceUnderTest.StartAsync(
            builder => Stuck.AddTo(builder.Services)
                .AddSingleton(guardrails).AddSingleton(embedding).AddSingleton(retrieval).AddSingleton(sessions)
                .AddSingleton(Explanations),
            app =>
            {
                app.MapGrpcService<FakeGuardrails>();
                app.MapGrpcService<FakeEmbedding>();
                app.MapGrpcService<FakeRetrieval>();
                app.MapGrpcService<FakeSessions>();
                app.MapGrpcService<FakeExplanations>();
            });
        _hosts.Add(host);
        return host.GrpcAddress.ToString();
    }
}
