using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Millrace.ApiKeys;
using Millrace.ServiceDefaults.Hosting;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Configuration;

/// <summary>A running edge whose settings file is changed.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task Limits_Cors_AndGateways_FollowTheFile()
    {
        await using var edge = await KeyedEdge.StartAsync();
        await using var other = await FakeGateway.StartAsync();
        other.Handler = context => context.Response.WriteAsync("other");
        var key = edge.AddKnown(new KeyDraft { Name = "app", Tenant = "acme" });

        await ChangeAsync(edge, $$$"""
            {
              "services": {"gateway": {"http": ["{{{other.Address}}}"]}},
              "Edge": {
                "BodyBytesMax": 100,
                "Cors": {"Origins": ["https://app.example"]},
                "Limits": {"Tenants": {"acme": {"RequestsPerMinute": 7000} } }
              }
            }
            """);
        await ForwardedAsync(edge, key, "other");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("x-api-key", key);
        request.Headers.TryAddWithoutValidation("origin", "https://app.example");
        using var response = await edge.Edge.Http.SendAsync(request).DefaultTimeout();
        using var large = await edge.SendAsync(key, "/v1/chat/completions", HttpMethod.Post, bodyBytes: 101);

        Assert.Equal("other", await response.Content.ReadAsStringAsync().DefaultTimeout());
        Assert.Equal("7000", Assert.Single(response.Headers.GetValues("x-ratelimit-limit-requests")));
        Assert.Equal("https://app.example", Assert.Single(response.Headers.GetValues("access-control-allow-origin")));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    [Fact]
    public async Task Settings_ThatAreNotValid_ChangeNothingAndAreLogged()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var key = edge.AddKnown(new KeyDraft { Name = "app" });

        await ChangeAsync(edge, """{"Edge": {"BodyBytesMax": 0, "Cors": {"Origins": ["no origin"]}}}""");
        using var response = await edge.SendAsync(key, "/v1/chat/completions", HttpMethod.Post, bodyBytes: 101);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("BodyBytesMax", edge.Logs.Text, StringComparison.Ordinal);
        Assert.Contains("'no origin'", edge.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_ThatAreNoJson_ChangeNothingAndAreLogged()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var key = edge.AddKnown(new KeyDraft { Name = "app" });
        await ChangeAsync(edge, """{"Edge": {"BodyBytesMax": 100}}""");

        await File.WriteAllTextAsync(edge.SettingsFile + ".new", """{"Edge": """);
        File.Move(edge.SettingsFile + ".new", edge.SettingsFile, overwrite: true);
        var configuration = (IConfigurationRoot)edge.Edge.Services.GetRequiredService<IConfiguration>();
        Assert.ThrowsAny<Exception>(configuration.Reload);
        using var large = await edge.SendAsync(key, "/v1/chat/completions", HttpMethod.Post, bodyBytes: 101);

        Assert.Contains("edge.json", edge.Logs.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    [Fact]
    public async Task Start_WithASettingsFileThatIsNoJson_IsRefusedInOneLine()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("edge"));
        await File.WriteAllTextAsync(folder.File("edge/edge.json"), "{");
        await using var gateway = await FakeGateway.StartAsync();

        var error = await Assert.ThrowsAsync<StartupException>(
            () => EdgeFixture.StartEdgeAsync(gateway.Address, ("MILLRACE_DATA_DIR", folder.Path)));

        Assert.Contains("edge.json", error.Message, StringComparison.Ordinal);
    }

    // The proxy takes new addresses on a thread of its own.
    private static async Task ForwardedAsync(KeyedEdge edge, string key, string wanted)
    {
        for (var i = 0; i < 1000; i++)
        {
            using var response = await edge.SendAsync(key);
            if (await response.Content.ReadAsStringAsync().DefaultTimeout() == wanted) return;
        }
    }

    // The file is moved into place, as an editor does. Who asked last for the notice of a change gets it first, so that when it comes the
    // edge's own parts may still be at work; a reload on this thread ends when they have seen the file.
    private static async Task ChangeAsync(KeyedEdge edge, string json)
    {
        var configuration = edge.Edge.Services.GetRequiredService<IConfiguration>();
        await File.WriteAllTextAsync(edge.SettingsFile + ".new", json);
        var read = Signal(configuration.GetReloadToken());
        File.Move(edge.SettingsFile + ".new", edge.SettingsFile, overwrite: true);
        await read.DefaultTimeout();
        ((IConfigurationRoot)configuration).Reload();
    }

    private static Task Signal(IChangeToken token)
    {
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.RegisterChangeCallback(_ => signal.TrySetResult(), null);
        return signal.Task;
    }
}
