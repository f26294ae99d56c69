using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Millrace.QdrantServer;
using Qdrant.Client;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>The client that a service registers by connection name.</summary>
public sealed class AspireQdrantTests
{
    private const string ConnectionString = "ConnectionStrings:vectors";

    [Fact]
    public async Task AddQdrantClient_EndpointAndKey_CallsThatServerWithThatKey()
    {
        await using var server = await FakeQdrant.StartAsync(apiKey: "s=e;c");
        using var host = CreateHost((ConnectionString, $"Endpoint={server.Address};Key=\"s=e;c\""));
        var client = host.Services.GetRequiredService<QdrantClient>();

        Assert.Empty(await client.ListCollectionsAsync());
        Assert.Same(client, host.Services.GetRequiredService<QdrantClient>());
    }

    [Fact]
    public async Task AddQdrantClient_AddressAlone_IsTheEndpoint()
    {
        await using var server = await FakeQdrant.StartAsync();
        using var host = CreateHost((ConnectionString, server.Address.ToString()));

        Assert.Empty(await host.Services.GetRequiredService<QdrantClient>().ListCollectionsAsync());
    }

    [Fact]
    public async Task AddQdrantClient_Section_IsOverriddenByNameThenByConnectionString()
    {
        await using var server = await FakeQdrant.StartAsync(apiKey: "named");
        using var host = CreateHost(
            ("Aspire:Qdrant:Client:Endpoint", "http://localhost:1"), ("Aspire:Qdrant:Client:Key", "general"),
            ("Aspire:Qdrant:Client:vectors:Key", "named"), (ConnectionString, $"Endpoint={server.Address}"));

        Assert.Empty(await host.Services.GetRequiredService<QdrantClient>().ListCollectionsAsync());
    }

    [Fact]
    public void AddQdrantClient_WithoutAConnectionString_NamesTheKeyThatIsMissing()
    {
        using var host = CreateHost();

        var failure = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<QdrantClient>);

        Assert.Equal(
            "A QdrantClient could not be configured. Ensure valid connection information was provided in 'ConnectionStrings:vectors' or "
            + "either Endpoint must be provided in the 'Aspire:Qdrant:Client' or 'Aspire:Qdrant:Client:vectors' configuration section.",
            failure.Message);
    }

    [Fact]
    public async Task HealthCheck_IsHealthyUntilTheServerStops()
    {
        await using var server = await FakeQdrant.StartAsync();
        using var host = CreateHost((ConnectionString, $"Endpoint={server.Address}"));
        var health = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Entries["Qdrant.Client"].Status);

        await server.StopAsync();

        var entry = (await health.CheckHealthAsync()).Entries["Qdrant.Client"];
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.IsType<RpcException>(entry.Exception);
    }

    [Fact]
    public void HealthCheck_Disabled_IsNotRegistered()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.AddQdrantClient("vectors", settings => settings.DisableHealthChecks = true);
        using var host = builder.Build();

        Assert.Null(host.Services.GetService<HealthCheckService>());
    }

    private static IHost CreateHost(params (string Key, string Value)[] configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(configuration.ToDictionary(entry => entry.Key, entry => (string?)entry.Value));
        builder.Services.AddLogging();
        builder.AddQdrantClient("vectors");
        return builder.Build();
    }
}
