using System.Net;
using System.Text.Json.Nodes;

namespace Millrace.SystemTests.Keys;

/// <summary>What belongs to one tenant is not there for another: not found, and never forbidden, which would say that it exists.</summary>
[Collection(KeyedCollection.Name)]
public sealed class TenantIsolationTests(KeyedSystem system)
{
    private const string Chats = "/v1/chat/completions";

    private static readonly string[] Lists =
    [
        "/v1/conversations", "/v1/files", "/v1/batches", "/v1/vector_stores", "/v1/collections",
        $"/v1/conversations/{Belongings.Talk}/items", $"/v1/collections/{Tenant.Collection}/documents",
        $"/v1/collections/{Tenant.Collection}/documents/vault.md/text", $"/v1/collections/{Tenant.Collection}/jobs",
    ];

    [Fact]
    public async Task Belongings_OfAnotherTenant_AreNotFound()
    {
        var own = await Belongings.MakeAsync(system.Amber);

        List<string> open = [];
        foreach (var (target, body) in own.Doors())
        {
            var parts = target.Split(' ');
            using var response = await system.Birch.SendAsync(new HttpMethod(parts[0]), parts[1], body);
            var text = await response.Content.ReadAsStringAsync();
            if (!IsNotFound(response.StatusCode, text)) open.Add($"{target}: {(int)response.StatusCode} {text}");
        }

        Assert.True(open.Count == 0, string.Join('\n', open));
        await AssertAllThereAsync(own);
        system.AssertNoKeyIsLogged();
    }

    [Fact]
    public async Task Lists_OfTwoTenants_HaveNothingInCommon()
    {
        var (amber, birch) = (await Belongings.MakeAsync(system.Amber), await Belongings.MakeAsync(system.Birch));

        string[] secrets = [system.Amber.Marker, amber.Conversation, amber.File, amber.Batch, amber.Store, amber.Collection];
        foreach (var path in Lists)
        {
            using var response = await system.Birch.SendAsync(HttpMethod.Get, path);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {text}");
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        }

        var batches = await system.Birch.RequireAsync(HttpMethod.Get, "/v1/batches");
        Assert.Contains(batches["data"]!.AsArray(), batch => batch!.Text("id") == birch.Batch);
    }

    /// <summary>How: both tenants send the same body under the same key, and name the same conversation.</summary>
    [Fact]
    public async Task IdempotencyKey_OfAnotherTenant_ReplaysNothing()
    {
        (string, string) key = ("Idempotency-Key", "the-same-key");
        using var first = await system.Amber.SendAsync(HttpMethod.Post, Chats, Belongings.Chat("The same words."), key);
        using var other = await system.Birch.SendAsync(HttpMethod.Post, Chats, Belongings.Chat("The same words."), key);
        using var again = await system.Amber.SendAsync(HttpMethod.Post, Chats, Belongings.Chat("The same words."), key);
        (string, string) onlyAmbers = ("Idempotency-Key", "amber-only");
        var stream = Answers.Chat("Say it.", stream: true);
        using var streamed = await system.Amber.SendAsync(HttpMethod.Post, Chats, stream, onlyAmbers);
        using var resumed = await system.Birch.SendAsync(HttpMethod.Post, Chats, stream.DeepClone(), onlyAmbers, ("Last-Event-ID", "1"));

        Assert.False(other.Headers.Contains("idempotent-replayed"));
        var (firstId, otherId) = (await IdAsync(first), await IdAsync(other));
        Assert.NotEqual(firstId, otherId);
        Assert.Equal(firstId, await IdAsync(again));
        Assert.True(streamed.IsSuccessStatusCode, await streamed.Content.ReadAsStringAsync());
        Assert.True(IsNotFound(resumed.StatusCode, await resumed.Content.ReadAsStringAsync()), "A stream of another tenant was resumed.");
    }

    [Fact]
    public async Task Assistant_SameNameForBoth_AnswersFromTheTenantsOwnDocuments()
    {
        foreach (var (tenant, other) in (IEnumerable<(Tenant, Tenant)>)[(system.Amber, system.Birch), (system.Birch, system.Amber)])
        {
            var answer = await tenant.RequireAsync(HttpMethod.Post, Chats, Answers.Chat(Tenant.Question, RunningSystem.Assistant));

            Assert.Contains(tenant.Marker, answer.ToJsonString(), StringComparison.Ordinal);
            Assert.DoesNotContain(other.Marker, answer.ToJsonString(), StringComparison.Ordinal);
        }
    }

    /// <summary>Asserts that the attempts of another tenant changed nothing.</summary>
    private async Task AssertAllThereAsync(Belongings own)
    {
        foreach (var path in (string[])[
            $"/v1/conversations/{own.Conversation}/items/{own.Item}", $"/v1/responses/{own.Response}", $"/v1/files/{own.File}",
            $"/v1/batches/{own.Batch}", $"/v1/vector_stores/{own.Store}", $"/v1/vector_stores/{own.Store}/file_batches/{own.FileBatch}",
            $"/v1/collections/{own.Collection}", $"/v1/collections/{own.Collection}/documents/a.md",
            $"/v1/jobs/{own.Job}", $"/v1/requests/{own.Request}/explain"])
            await system.Amber.RequireAsync(HttpMethod.Get, path);

        var items = await system.Amber.RequireAsync(HttpMethod.Get, $"/v1/conversations/{own.Conversation}/items");
        Assert.Single(items["data"]!.AsArray());
        var batch = await system.Amber.RequireAsync(HttpMethod.Get, $"/v1/batches/{own.Batch}");
        Assert.DoesNotContain("cancel", batch.Text("status"), StringComparison.Ordinal);
    }

    private static async Task<string> IdAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!.Text("id");

    private static bool IsNotFound(HttpStatusCode status, string text) => status == HttpStatusCode.NotFound
        && JsonNode.Parse(text)?["error"]?.Text("code").EndsWith("_not_found", StringComparison.Ordinal) is true;
}
