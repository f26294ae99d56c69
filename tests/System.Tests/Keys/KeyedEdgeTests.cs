using System.Net;
using System.Text.Json.Nodes;
using Millrace.TestShared;

namespace Millrace.SystemTests.Keys;

/// <summary>What keys open, in the system as it is started.</summary>
[Collection(KeyedCollection.Name)]
public sealed class KeyedEdgeTests(KeyedSystem system)
{
    private const string Chats = "/v1/chat/completions";

    [Fact]
    public async Task Key_WithoutTheScope_IsForbidden()
    {
        var key = await system.MakeKeyAsync("amber-works", "--scopes", "models");
        using var http = Tenant.Client(system.Edge, key);
        await KnownAsync(http);

        foreach (var target in (string[])[
            $"POST {Chats}", "POST /v1/embeddings", "GET /v1/files", "GET /v1/conversations", "GET /v1/collections",
            "DELETE /v1/collections/samples", "POST /v1/search", "GET /v1/requests/r-1/explain", "POST /v1/batches", "GET /v1/nothing"])
        {
            var parts = target.Split(' ');
            using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]);
            using var response = await http.SendAsync(request).DefaultTimeout();
            Assert.Equal((target, HttpStatusCode.Forbidden), (target, response.StatusCode));
            Assert.Equal("permission_denied", await CodeAsync(response));
        }
    }

    [Fact]
    public async Task Key_ThatIsNone_IsUnauthorized()
    {
        var expired = system.MakeExpiredKey("amber-works");
        var otherSecret = system.Amber.Key[..^1] + (system.Amber.Key[^1] == 'A' ? 'B' : 'A');

        foreach (var key in (string[])[expired, otherSecret, "mr-AAAAAAAA-nothing", "sk-1234"])
        {
            using var http = Tenant.Client(system.Edge, key);
            using var response = await http.GetAsync(new Uri("/v1/models", UriKind.Relative)).DefaultTimeout();

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("invalid_api_key", await CodeAsync(response));
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        }
    }

    /// <summary>How: keys where clients put them and where they should not, in requests that succeed, fail and break off.</summary>
    [Fact]
    public async Task Key_WhereverItIsSent_IsInNoLog()
    {
        var key = system.Amber.Key;
        using var http = new HttpClient { BaseAddress = system.Edge };
        foreach (var (path, header, value) in (IEnumerable<(string, string, string)>)[
            ("/v1/models", "Authorization", $"Bearer {key}"), ("/v1/models", "x-api-key", key), ("/v1/models", "api-key", key),
            ("/v1/models", "Authorization", key), ($"/v1/models/{key}", "api-key", key), ($"/v1/models?api_key={key}", "api-key", key),
            ($"/v1/{key}", "api-key", key), ("/v1/models", "x-request-id", key), ("/v1/models", "x-millrace-tenant", key)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation(header, value);
            using var response = await http.SendAsync(request).DefaultTimeout();
            Assert.True((int)response.StatusCode < 500, $"{path} {header}: {response.StatusCode}");
        }

        var failing = Answers.Chat(key, "nothing");
        using var refused = await system.Amber.SendAsync(HttpMethod.Post, Chats, failing);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        system.AssertNoKeyIsLogged();
    }

    // The edge looks at the file of keys a few times in a second.
    private static async Task KnownAsync(HttpClient http)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var looks = 0; looks < 100; looks++)
        {
            using var response = await http.GetAsync(new Uri("/v1/models", UriKind.Relative)).DefaultTimeout();
            if (response.IsSuccessStatusCode) return;
            await timer.WaitForNextTickAsync();
        }

        Assert.Fail("The edge does not know the key.");
    }

    private static async Task<string> CodeAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!.Text("code");
}
