using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.Sessions;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Batches;

/// <summary>The Gateway with the real session store beside it, for what is stored there.</summary>
internal sealed class StoredPlatform : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private ServiceUnderTest _sessions = null!;

    public Platform Platform { get; private set; } = null!;

    public HttpClient Http => Platform.Http;

    public static async Task<StoredPlatform> StartAsync(params IEnumerable<(string Key, string Value)> settings)
    {
        var stored = new StoredPlatform();
        stored._sessions = await ServiceUnderTest.StartAsync(
            builder => builder.AddSessions(), app => app.MapSessions(), ("MILLRACE_DATA_DIR", stored._folder.Path));
        await stored.StartGatewayAsync(settings);
        return stored;
    }

    /// <summary>Puts another gateway in the place of this one, whose work breaks off where it is.</summary>
    public async Task ReplaceGatewayAsync(params IEnumerable<(string Key, string Value)> settings)
    {
        await Platform.DisposeAsync();
        await StartGatewayAsync(settings);
    }

    /// <summary>Uploads a file, with the purpose behind it, as SDKs do.</summary>
    public async Task<string> UploadAsync(string text, string purpose = "batch", string name = "in.jsonl")
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", name },
            { new StringContent(purpose), "purpose" },
        };
        using var response = await Http.PostAsync("/v1/files", form).DefaultTimeout();
        var file = await JsonAsync(response);
        return file.GetProperty("id").GetString() ?? "";
    }

    public async Task<JsonElement> PostAsync(string path, object body) => await JsonAsync(await Http.PostAsJsonAsync(path, body));

    public async Task<JsonElement> GetAsync(string path) => await JsonAsync(await Http.GetAsync(path));

    /// <summary>Asks for a batch until it has ended.</summary>
    public async Task<JsonElement> EndOfAsync(string id)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var batch = await GetAsync($"/v1/batches/{id}");
            if (batch.GetProperty("status").GetString() is "completed" or "failed" or "expired" or "cancelled") return batch;
            await timer.WaitForNextTickAsync().AsTask().DefaultTimeout();
        }
    }

    /// <summary>The lines of a file, by the application's ids.</summary>
    public async Task<List<JsonElement>> LinesAsync(string? file)
    {
        var text = await Http.GetStringAsync($"/v1/files/{file}/content").DefaultTimeout();
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        await _sessions.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartGatewayAsync(IEnumerable<(string Key, string Value)> settings) => Platform = await Platform.StartAsync(settings:
    [
        ("services:sessions:grpc:0", _sessions.GrpcAddress.ToString()), ("Gateway:Batches:PollInterval", "00:00:00.2"), .. settings,
    ]);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
