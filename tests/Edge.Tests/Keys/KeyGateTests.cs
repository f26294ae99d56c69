using System.Net;
using System.Text.Json;
using Millrace.ApiKeys;
using Millrace.ServiceDefaults.Calls;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Keys;

public sealed class KeyGateTests
{
    [Theory]
    [InlineData("Authorization", "Bearer {0}")]
    [InlineData("authorization", "bearer  {0}")]
    [InlineData("x-api-key", "{0}")]
    [InlineData("api-key", "{0}")]
    public async Task Key_InEachHeaderOfTheSdks_OpensItsTenant_AndStaysAtTheEdge(string header, string format)
    {
        await using var edge = await KeyedEdge.StartAsync();
        var key = edge.AddKnown(new KeyDraft { Name = "app", Tenant = "acme" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation(header, string.Format(null, format, key));
        request.Headers.TryAddWithoutValidation("x-millrace-tenant", "victim");

        using var response = await edge.Edge.Http.SendAsync(request).DefaultTimeout();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("acme", edge.Seen?["x-millrace-tenant"]);
        Assert.DoesNotContain(edge.Seen ?? [], seen => seen.Value.ToString().Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusals_OfUnknownWrongRevokedAndNoKey_Are401()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var (revoked, revokedText) = edge.Add(new KeyDraft { Name = "old" });
        edge.Store.Change(keys => [.. keys.Select(key => key.Id == revoked.Id ? key with { Disabled = true } : key)]);
        var right = edge.AddKnown(new KeyDraft { Name = "app" });

        List<JsonElement> errors = [];
        foreach (var text in new[] { KeyText.Create(), right[..^1] + "!", revokedText, "sk-1234" })
        {
            using var response = await edge.SendAsync(text);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
            errors.Add(await EdgeFixture.ErrorOfAsync(response));
        }

        using var none = await edge.Edge.Http.GetAsync("/v1/models").DefaultTimeout();
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.Contains("No API key", (await EdgeFixture.ErrorOfAsync(none)).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Single(errors.Select(error => error.GetRawText()).Distinct());
        Assert.Equal("invalid_api_key", errors[0].GetProperty("code").GetString());
        Assert.Null(edge.Seen);
    }

    [Fact]
    public async Task Refusal_OnAPathOfAnthropicsApi_HasItsShape()
    {
        await using var edge = await KeyedEdge.StartAsync();

        using var response = await edge.Edge.Http.PostAsync("/v1/messages", null).DefaultTimeout();
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("authentication_error", body.RootElement.GetProperty("error").GetProperty("type").GetString());
        var id = response.Headers.GetValues("request-id").Single();
        Assert.Equal(id, body.RootElement.GetProperty("request_id").GetString());
        Assert.Equal(id, response.Headers.GetValues("x-request-id").Single());
    }

    [Fact]
    public async Task ApiDocument_AsksForNoKey()
    {
        await using var edge = await KeyedEdge.StartAsync();

        using var response = await edge.Edge.Http.GetAsync("/openapi.json").DefaultTimeout();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(edge.Seen);
    }

    [Fact]
    public async Task ExpiredKey_IsToldThatItExpired()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var (_, text) = edge.Add(
            new KeyDraft { Name = "short", Lifetime = TimeSpan.FromDays(1) }, TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(2));
        edge.AddKnown(new KeyDraft { Name = "app" });

        using var response = await edge.SendAsync(text);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("expired", (await EdgeFixture.ErrorOfAsync(response)).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_WithoutTheScope_Is403AndTheScopeIsNamed()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var key = edge.AddKnown(new KeyDraft { Name = "reader", Scopes = ["models", "documents:read"] });

        using var allowed = await edge.SendAsync(key);
        edge.Seen = null;
        using var refused = await edge.SendAsync(key, "/v1/collections/a", HttpMethod.Delete);
        using var unmapped = await edge.SendAsync(key, "/v1/audit");

        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var error = await EdgeFixture.ErrorOfAsync(refused);
        Assert.Equal("permission_denied", error.GetProperty("code").GetString());
        Assert.Contains("'documents:write'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, unmapped.StatusCode);
        Assert.Null(edge.Seen);
    }

    [Fact]
    public async Task Labels_OfTheKey_BoundTheRequest_AndAKeyForEverythingHasNoBound()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var staff = edge.AddKnown(new KeyDraft { Name = "staff", Scopes = ["models"], Labels = ["staff", "über, alles"] });
        var nobody = edge.AddKnown(new KeyDraft { Name = "nobody", Scopes = ["models"] });
        var all = edge.AddKnown(new KeyDraft { Name = "all", Labels = ["staff"] });

        (await edge.SendAsync(staff)).Dispose();
        Assert.Equal(["staff", "über, alles"], HeldLabels.Read(edge.Seen?[CallContext.LabelsHeader]));
        (await edge.SendAsync(nobody)).Dispose();
        Assert.Equal([], HeldLabels.Read(edge.Seen?[CallContext.LabelsHeader]));
        (await edge.SendAsync(all)).Dispose();
        Assert.False(edge.Seen?.ContainsKey(CallContext.LabelsHeader));
    }

    [Fact]
    public async Task SeveralKeys_InOneRequest_AreNone()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var key = edge.AddKnown(new KeyDraft { Name = "app" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        request.Headers.TryAddWithoutValidation("x-api-key", KeyText.Create());

        using var response = await edge.Edge.Http.SendAsync(request).DefaultTimeout();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Health_NeedsNoKey()
    {
        await using var edge = await KeyedEdge.StartAsync();

        using var alive = await edge.Edge.Http.GetAsync("/alive").DefaultTimeout();

        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task Authorization_OfAnyForm_IsARefusalAndNeverAnError()
    {
        await using var edge = await KeyedEdge.StartAsync(settings: [("Edge:Keys:FailuresMax", "0")]);
        var key = edge.AddKnown(new KeyDraft { Name = "app" });
        var random = new Random(20_260_101);

        for (var i = 0; i < 300; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.TryAddWithoutValidation("Authorization", Mutated(key, random));
            using var response = await edge.Edge.Http.SendAsync(request).DefaultTimeout();
            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest });
        }

        Assert.Null(edge.Seen);
        Assert.Empty(edge.Edge.Errors);
    }

    [Fact]
    public async Task Keys_AreInNoLog()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var key = edge.AddKnown(new KeyDraft { Name = "app" });
        var unknown = KeyText.Create();

        (await edge.SendAsync(key)).Dispose();
        (await edge.SendAsync(unknown)).Dispose();
        edge.Gateway.Handler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        (await edge.SendAsync(key)).Dispose();

        Assert.Contains("not forwarded", edge.Logs.Text, StringComparison.Ordinal);
        foreach (var text in new[] { key, unknown })
        {
            Assert.DoesNotContain(text, edge.Logs.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(text[12..], edge.Logs.Text, StringComparison.Ordinal);
        }
    }

    // Nothing that this makes is the key itself: it has a character more, less or other, or a wrong scheme.
    private static string Mutated(string key, Random random)
    {
        var at = random.Next(key.Length);
        return random.Next(6) switch
        {
            0 => $"Bearer {key.Remove(at, 1)}",
            1 => $"Bearer {key.Insert(at, "~")}",
            2 => $"Basic {key}",
            3 => $"Bearer {new string((char)random.Next('!', '~'), random.Next(1, 2000))}",
            4 => $"Bearer {key} {key}",
            _ => $"Bearer{new string(' ', random.Next(1, 5))}{key[at..]}-",
        };
    }
}
