using Grpc.Core;
using Grpc.Net.Client;
using Millrace.Standins.Tests.Grpc.Wire;

namespace Millrace.Standins.Tests.Grpc;

/// <summary>How calls fail, and what each side learns of it.</summary>
public sealed class FailureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Handler_ThrowsRpcException_ClientGetsStatusAndTrailers()
    {
        await using var host = await EchoHost.Start();

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.SayAsync(new Words { Text = "fail" }));

        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal("not today", failure.Status.Detail);
        Assert.Equal("closed", failure.Trailers.GetValue("reason"));
        Assert.Equal([1, 2, 255], failure.Trailers.GetValueBytes("detail-bin"));
    }

    [Fact]
    public async Task Metadata_SentBothWays_Arrives()
    {
        await using var host = await EchoHost.Start();
        var headers = new Metadata { { "X-Ask", "why" }, { "x-ask-bin", new byte[] { 0, 128, 255 } } };

        using var call = host.Client.SayAsync(new Words { Text = "headers" }, headers);
        await call;

        Assert.Equal("why", (await call.ResponseHeadersAsync).GetValue("x-early"));
        Assert.Equal([0, 128, 255], call.GetTrailers().GetValueBytes("x-late-bin"));
    }

    [Fact]
    public async Task Deadline_Passes_ClientAndServerLearn()
    {
        await using var host = await EchoHost.Start();
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(200);

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await host.Client.SayAsync(new Words { Text = "wait" }, deadline: deadline));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        await host.Probe.Cancelled.WaitAsync(Patience);
    }

    [Fact]
    public async Task Stream_CancelledByClient_ReachesHandler()
    {
        await using var host = await EchoHost.Start();
        using var cancel = new CancellationTokenSource();
        using var call = host.Client.Repeat(new Words { Text = "n" }, cancellationToken: cancel.Token);
        Assert.True(await call.ResponseStream.MoveNext());

        await cancel.CancelAsync();

        await host.Probe.Cancelled.WaitAsync(Patience);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    [Fact]
    public async Task Stream_DisposedByClient_ReachesHandler()
    {
        await using var host = await EchoHost.Start();
        using (var call = host.Client.Repeat(new Words { Text = "n" })) Assert.True(await call.ResponseStream.MoveNext());

        await host.Probe.Cancelled.WaitAsync(Patience);
    }

    [Fact]
    public async Task Request_OverServersLimit_IsResourceExhausted()
    {
        await using var host = await EchoHost.Start(server: options => options.MaxReceiveMessageSize = 1024);

        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(host, new string('x', 2048)));
    }

    [Fact]
    public async Task Response_OverClientsLimit_IsResourceExhausted()
    {
        await using var host = await EchoHost.Start(client: options => options.MaxReceiveMessageSize = 1024);

        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(host, new string('x', 2048)));
    }

    [Fact]
    public async Task Server_Gone_IsUnavailable()
    {
        var host = await EchoHost.Start();
        using var channel = GrpcChannel.ForAddress($"http://{host.Channel.Target}");
        await host.DisposeAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(channel).SayAsync(new Words { Text = "hello" }));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    private static async Task<StatusCode> StatusOf(EchoHost host, string text)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.SayAsync(new Words { Text = text }));
        return failure.StatusCode;
    }
}
