using System.Net;
using Millrace.ServiceDefaults.Hosting;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Keys;

public sealed class KeyStartTests
{
    [Theory]
    [InlineData("urls", "http://0.0.0.0:0")]
    [InlineData("urls", "http://+:0")]
    [InlineData("MILLRACE_BIND_ADDRESS", "0.0.0.0")]
    public async Task Start_OpenToOthersWithoutKeys_IsRefused(string setting, string value)
    {
        await using var gateway = await FakeGateway.StartAsync();

        var error = await Assert.ThrowsAsync<StartupException>(() => EdgeFixture.StartEdgeAsync(gateway.Address, (setting, value)));

        Assert.Contains("./run keys create", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OpenToOthersWithKeysRequired_RefusesEveryRequestUntilThereIsAKey()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await FakeGateway.StartAsync();
        await using var edge = await EdgeFixture.StartEdgeAsync(
            gateway.Address, ("MILLRACE_BIND_ADDRESS", "0.0.0.0"), ("Edge:Keys:Mode", "Required"), ("MILLRACE_DATA_DIR", folder.Path));

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{edge.HttpAddress.Port}") };
        using var response = await http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Start_WithADamagedFile_IsRefusedInOneLine()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("edge"));
        await File.WriteAllTextAsync(folder.File("edge/keys.json"), """{"version": 9, "keys": []}""");
        await using var gateway = await FakeGateway.StartAsync();

        var error = await Assert.ThrowsAsync<StartupException>(
            () => EdgeFixture.StartEdgeAsync(gateway.Address, ("MILLRACE_DATA_DIR", folder.Path)));

        Assert.Contains("version 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModeOff_IgnoresTheFile()
    {
        await using var edge = await KeyedEdge.StartAsync(settings: ("Edge:Keys:Mode", "Off"));

        using var response = await edge.Edge.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("default", edge.Seen?["x-millrace-tenant"]);
    }
}
