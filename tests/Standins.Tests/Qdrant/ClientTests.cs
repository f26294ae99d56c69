using Grpc.Core;
using Microsoft.Extensions.Logging;
using Millrace.QdrantServer;
using Millrace.TestShared;
using Qdrant.Client;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>What goes with every call, and how calls fail.</summary>
public sealed class ClientTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Call_WithKey_SendsItOnce()
    {
        await using var server = await FakeQdrant.StartAsync(apiKey: "secret");
        using var client = new QdrantClient("127.0.0.1", server.Address.Port, apiKey: "secret");

        Assert.Equal("1.18.0", (await client.HealthAsync()).Version);
        Assert.Empty(await client.ListCollectionsAsync());

        Assert.All(server.Gate.Calls, call => Assert.Single(call.Headers.GetAll("api-key")));
    }

    [Fact]
    public async Task Call_WithoutKey_SendsNoneAndIsRefused()
    {
        await using var server = await FakeQdrant.StartAsync(apiKey: "secret");

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.HealthAsync());

        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Null(server.Gate.Calls.Single().Headers.Get("api-key"));
    }

    [Fact]
    public async Task Call_PastTheTimeout_IsDeadlineExceeded()
    {
        await using var server = await FakeQdrant.StartAsync();
        server.Gate.Stalls = true;
        using var client = new QdrantClient(server.Address, grpcTimeout: Soon);

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.ListCollectionsAsync());

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task Call_Cancelled_IsCancelled()
    {
        await using var server = await FakeQdrant.StartAsync();
        server.Gate.Stalls = true;
        using var cancel = new CancellationTokenSource(Soon);

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.CountAsync("c", cancellationToken: cancel.Token));

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    [Fact]
    public async Task Call_Fails_SurfacesTheServersStatusAndIsLogged()
    {
        await using var server = await FakeQdrant.StartAsync();
        using var errors = new ErrorLogs();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(errors));
        using var client = new QdrantClient(server.Address, loggerFactory: logging);

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.CountAsync("none"));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal("Not found: Collection `none` doesn't exist!", failure.Status.Detail);
        Assert.StartsWith("Qdrant.Client: ", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ToAStoppedServer_IsUnavailable()
    {
        await using var server = await FakeQdrant.StartAsync();
        var address = server.Address;
        await server.StopAsync();
        using var client = new QdrantClient(address);

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.HealthAsync());

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }
}
