using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Millrace.Aspire.Standins.Tests.Redis;

/// <summary>The client against a real server, which runs as a program of the application model.</summary>
public sealed class RedisClientTests
{
    [RedisFact]
    public async Task Client_OfARunningServer_StoresAndIsHealthyUntilTheServerStops()
    {
        await using var app = new TestApp();
        await StartServerAsync(app);
        using var host = CreateHost(app.App.GetEndpoint("redis", "tcp"));
        var connection = host.Services.GetRequiredService<IConnectionMultiplexer>();
        var health = host.Services.GetRequiredService<HealthCheckService>();

        await connection.GetDatabase().StringSetAsync("key", "value");
        Assert.Equal("value", (string?)await connection.GetDatabase().StringGetAsync("key"));
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
        Assert.Same(connection, host.Services.GetRequiredService<IConnectionMultiplexer>());

        await app.App.ResourceCommands.ExecuteCommandAsync("redis", KnownResourceCommands.StopCommand);
        var report = await health.CheckHealthAsync();
        Assert.Equal(HealthStatus.Unhealthy, report.Entries["StackExchange.Redis"].Status);
    }

    [Fact]
    public void Client_WithoutAConnectionString_NamesTheKeyThatIsMissing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.AddRedisClient("cache");
        using var host = builder.Build();

        var failure = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<IConnectionMultiplexer>);

        Assert.Contains("'ConnectionStrings:cache'", failure.Message, StringComparison.Ordinal);
    }

    private static async Task StartServerAsync(TestApp app)
    {
        var server = app.Builder.AddExecutable("redis", "redis-server", ".").WithEndpoint(name: "tcp", scheme: "tcp");
        var port = server.GetEndpoint("tcp").Property(EndpointProperty.TargetPort);
        server.WithArgs("--port", port, "--save", "", "--dir", Path.GetTempPath());
        await app.StartAsync();
        await app.StateAsync("redis", KnownResourceStates.Running);
        var log = app.PathOf("logs/redis.log");
        await Poll.UntilAsync(
            () => File.ReadAllText(log).Contains("Ready to accept connections", StringComparison.Ordinal), "redis is ready");
    }

    private static IHost CreateHost(Uri server)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:cache", $"{server.Host}:{server.Port}")]);
        builder.Services.AddLogging();
        builder.AddRedisClient("cache", configureOptions: options => options.SyncTimeout = 2000);
        return builder.Build();
    }
}
