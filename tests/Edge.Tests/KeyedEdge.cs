using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.ApiKeys;
using Millrace.TestShared;

namespace Millrace.Edge.Tests;

/// <summary>The real edge with a file of keys, before a gateway that remembers the headers of the last request.</summary>
internal sealed class KeyedEdge : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private ServiceUnderTest? _edge;

    private KeyedEdge(FakeGateway gateway)
    {
        Gateway = gateway;
        Store = new FileKeyStore(_folder.File("edge/keys.json"));
        Gateway.Handler = context =>
        {
            Seen = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
            return context.Response.WriteAsync("ok");
        };
    }

    public FakeGateway Gateway { get; }

    public FileKeyStore Store { get; }

    /// <summary>The headers of the last request that reached the gateway; null when none did.</summary>
    public HeaderDictionary? Seen { get; set; }

    public ServiceUnderTest Edge => _edge ?? throw new InvalidOperationException("Not started.");

    public AllLogs Logs { get; } = new();

    /// <summary>Path of the settings file of the edge.</summary>
    public string SettingsFile => _folder.File("edge/edge.json");

    /// <summary>Starts an edge that has one key, which no test uses.</summary>
    public static async Task<KeyedEdge> StartAsync(TimeProvider? time = null, params IEnumerable<(string Key, string Value)> settings)
    {
        var edge = new KeyedEdge(await FakeGateway.StartAsync());
        edge.Add(new KeyDraft { Name = "first" });
        edge._edge = await EdgeFixture.StartEdgeAsync(
            builder =>
            {
                builder.Logging.AddProvider(edge.Logs).SetMinimumLevel(LogLevel.Trace);
                if (time is not null) builder.Services.AddSingleton(time);
            },
            [("services:gateway:http:0", edge.Gateway.Address), ("MILLRACE_DATA_DIR", edge._folder.Path), .. settings]);
        return edge;
    }

    /// <summary>Makes a key.</summary>
    public (ApiKey Key, string Text) Add(KeyDraft draft, DateTimeOffset? now = null)
    {
        var made = draft.Create(now ?? TimeProvider.System.GetUtcNow());
        Store.Change(keys => [.. keys, made.Key]);
        return made;
    }

    /// <summary>Makes a key and waits until the edge knows it.</summary>
    public string AddKnown(KeyDraft draft)
    {
        var (_, text) = Add(draft);
        Edge.Services.GetRequiredService<Millrace.Edge.Keys.KeyRing>().Refresh(force: true);
        return text;
    }

    /// <summary>Sends a request with a key.</summary>
    public async Task<HttpResponseMessage> SendAsync(string key, string path = "/v1/models", HttpMethod? method = null, int bodyBytes = 0)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        if (bodyBytes > 0) request.Content = new ByteArrayContent(new byte[bodyBytes]);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await Edge.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).DefaultTimeout();
    }

    public async ValueTask DisposeAsync()
    {
        if (_edge is not null) await _edge.DisposeAsync();
        await Gateway.DisposeAsync();
        _folder.Dispose();
    }
}
