using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Millrace.Aspire.Standins.Tests.Orchestration;

public sealed class EndpointTests
{
    [Fact]
    public async Task Replicas_StandBehindOneEndpointAndAllAnswer()
    {
        await using var app = new TestApp();
        var pool = app.AddService("pool").WithReplicas(3);
        app.AddService("front").WithReference(pool).WaitFor(pool);
        await app.StartAsync();
        await app.HealthyAsync("front");

        var pids = new HashSet<string>();
        for (var request = 0; request < 12; request++)
        {
            // A connection of its own for each request, because the proxy chooses per connection.
            using var client = app.App.CreateHttpClient("pool");
            client.DefaultRequestHeaders.ConnectionClose = true;
            pids.Add(await client.GetStringAsync("/pid"));
        }

        Assert.Equal(3, pids.Count);
    }

    [Fact]
    public async Task Proxy_WithABodyLargerThanItsBuffers_CarriesItBothWays()
    {
        await using var app = new TestApp();
        app.AddService("pool").WithReplicas(2);
        await app.StartAsync();
        await app.HealthyAsync("pool");
        var body = new byte[8 * 1024 * 1024];
        new Random(17).NextBytes(body);

        using var client = app.App.CreateHttpClient("pool");
        using var response = await client.PostAsync("/echo", new ByteArrayContent(body));

        Assert.Equal(body, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Replica_WhileItIsDown_GetsNoConnections()
    {
        await using var app = new TestApp();
        var pool = app.AddService("pool").WithReplicas(2);
        app.AddService("front").WaitFor(pool);
        await app.StartAsync();
        await app.HealthyAsync("front");
        var one = await app.HealthyAsync("pool");

        await app.App.ResourceCommands.ExecuteCommandAsync(one.ResourceId, KnownResourceCommands.StopCommand);

        for (var request = 0; request < 6; request++)
        {
            using var client = app.App.CreateHttpClient("pool");
            client.DefaultRequestHeaders.ConnectionClose = true;
            Assert.NotEqual(one.Pid().ToString(), await client.GetStringAsync("/pid"));
        }
    }

    [Fact]
    public async Task Applications_StartedAtOnce_NeverShareAPort()
    {
        var apps = Enumerable.Range(0, 3).Select(_ => new TestApp()).ToList();
        try
        {
            foreach (var app in apps) app.AddService("back").WithHttpEndpoint(name: "grpc").WithHttpEndpoint(port: 18081, name: "fixed");
            await Task.WhenAll(apps.Select(app => app.StartAsync()));
            await Task.WhenAll(apps.Select(app => app.HealthyAsync("back")));

            string[] names = ["http", "grpc", "fixed"];
            var ports = apps.SelectMany(app => names.Select(name => app.App.GetEndpoint("back", name).Port)).ToList();
            Assert.Equal(9, ports.Distinct().Count());
            Assert.DoesNotContain(18081, ports);
        }
        finally
        {
            foreach (var app in apps) await app.DisposeAsync();
        }
    }
}
