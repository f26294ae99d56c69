using Grpc.Core;
using Grpc.Core.Interceptors;
using Millrace.Standins.Tests.Grpc.Wire;

namespace Millrace.Standins.Tests.Grpc;

/// <summary>Interceptors on both sides, for all four kinds of calls and the blocking one.</summary>
public sealed class InterceptorTests
{
    [Fact]
    public async Task Client_EveryKindOfCall_GoesThroughInOrder()
    {
        await using var host = await EchoHost.Start();
        var seen = new List<string>();
        var client = new Echo.EchoClient(host.Channel.Intercept(new ClientTrace("outer", seen), new ClientTrace("inner", seen)));

        await EchoCalls.MakeAll(client);

        string[] kinds = ["blocking", "unary", "server", "client", "duplex"];
        Assert.Equal(kinds.SelectMany(kind => new[] { $"outer {kind}", $"inner {kind}" }), seen);
    }

    [Fact]
    public async Task Server_EveryKindOfCall_GoesThrough()
    {
        var seen = new List<string>();
        await using var host = await EchoHost.Start(server: options => options.Interceptors.Add<ServerTrace>(seen));

        await EchoCalls.MakeAll(host.Client);

        const string Say = "unary /millrace.standins.tests.Echo/Say";
        Assert.Equal([Say, Say, "server", "client", "duplex"], seen);
    }

    [Fact]
    public async Task Server_InterceptorThrows_ClientGetsItsStatus()
    {
        await using var host = await EchoHost.Start(server: options => options.Interceptors.Add<Refusal>());

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.SayAsync(new Words { Text = "hello" }));

        Assert.Equal(StatusCode.PermissionDenied, failure.StatusCode);
        Assert.Equal("refused", failure.Status.Detail);
    }

    [Fact]
    public async Task Client_MetadataFunction_AddsHeaders()
    {
        await using var host = await EchoHost.Start();
        var client = new Echo.EchoClient(host.Channel.Intercept(headers =>
        {
            headers.Add("x-ask", "from a function");
            return headers;
        }));

        using var call = client.SayAsync(new Words { Text = "headers" });
        await call;

        Assert.Equal("from a function", (await call.ResponseHeadersAsync).GetValue("x-early"));
    }

    private sealed class Refusal : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            throw new RpcException(new Status(StatusCode.PermissionDenied, "refused"));
    }
}
