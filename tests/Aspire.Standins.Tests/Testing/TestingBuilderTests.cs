using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Millrace.Aspire.Standins.Tests.Testing;

/// <summary>The fixture AppHost's own entry point, run inside the test.</summary>
public sealed class TestingBuilderTests
{
    [Fact]
    public async Task CreateAsync_RunsTheEntryPointAndLeavesTheBuilderOpenToChange()
    {
        var logs = Directory.CreateTempSubdirectory("standins-");
        await using var builder = await DistributedApplicationTestingBuilder
            .CreateAsync<Projects.StandinAppHost>([$"--AppHost:LogsFolder={logs.FullName}"]).WaitAsync(Poll.TimeMax);
        Assert.Equal(["back", "front", "later", "tree"], builder.Resources.Select(resource => resource.Name));
        builder.Resources.Remove(builder.Resources.Single(resource => resource.Name == "tree"));

        await using var app = await builder.BuildAsync();
        Assert.Throws<InvalidOperationException>(() => app.GetEndpoint("front"));
        await app.StartAsync().WaitAsync(Poll.TimeMax);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("front").WaitAsync(Poll.TimeMax);

        using var client = app.CreateHttpClient("front");
        Assert.NotEqual(18080, client.BaseAddress!.Port);
        Assert.NotEmpty(await client.GetStringAsync("/pid"));
        Assert.Throws<ArgumentException>(() => app.GetEndpoint("nobody"));
        await app.ResourceNotifications.WaitForResourceAsync("later", KnownResourceStates.NotStarted).WaitAsync(Poll.TimeMax);
        await app.StopAsync();
        logs.Delete(recursive: true);
    }

    [Fact]
    public async Task CreateAsync_WithAnEntryPointThatThrows_ThrowsTheSame()
    {
        var failure = await Assert.ThrowsAsync<ArgumentException>(
            () => DistributedApplicationTestingBuilder.CreateAsync<Projects.StandinAppHost>(["--Fail=yes"]));

        Assert.Equal("asked to fail", failure.Message);
    }
}
