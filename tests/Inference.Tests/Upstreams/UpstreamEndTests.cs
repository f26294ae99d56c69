using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Grpc;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using Millrace.Upstreams.Tests;

namespace Millrace.Inference.Tests.Upstreams;

/// <summary>Calls that end early: nothing of them stays, here or there.</summary>
public sealed class UpstreamEndTests
{
    [Fact]
    public async Task Generate_PortThatNeverAnswers_EndsAfterConnectTimeout()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var address = (IPEndPoint)listener.LocalEndPoint!;
        var filling = await FillAsync(address);
        await using var member = await UpstreamMember.StartAsync(
            $"http://{address}",
            null,
            ("ConnectTimeout", "00:00:00.200"),
            ("RetriesMax", "1"));

        var error = await member.FailAsync();

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Contains("did not accept a connection in time", error.Message, StringComparison.Ordinal);
        await AssertIdleAsync(member);
        foreach (var socket in filling) socket.Dispose();
    }

    [Fact]
    public async Task Generate_CallersDeadlinePassesWhileItAnswers_IsDeadlineExceededAndAbortsTheUpstream()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.EventsThen([OpenAi.Text("a")], Behave.Hang));
        await using var member = await UpstreamMember.StartAsync(fake);
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(3);
        using var call = member.Client.Generate(UpstreamMember.Hello(), deadline: deadline);
        await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout();

        var error = await Assert.ThrowsAsync<MillraceException>(() => EndAsync(call));

        Assert.Equal(Reason.DeadlineExceeded, error.Reason);
        await (await fake.NextAsync()).Aborted.DefaultTimeout();
        await AssertIdleAsync(member);
        Assert.Empty(member.Service.Errors);
    }

    [Fact]
    public async Task Generate_GenerationTimeMaxPasses_SaysHowLongItWas()
    {
        var time = new ManualTimeProvider();
        await using var fake = await FakeUpstream.StartAsync(Behave.EventsThen([OpenAi.Text("a")], Behave.Hang));
        await using var member = await UpstreamMember.StartAsync(
            fake, time, ("IdleTimeout", "01:00:00"), ("FirstTokenTimeout", "01:00:00"));
        var failing = member.FailAsync();
        await time.UntilTimedAsync(TimeSpan.FromHours(1)).DefaultTimeout();

        time.Advance(TimeSpan.FromMinutes(30));

        var error = await failing;
        Assert.Equal(Reason.DeadlineExceeded, error.Reason);
        await AssertIdleAsync(member);
    }

    [Fact]
    public async Task Stop_WhileAnUpstreamAnswers_RefusesNewOnesAndEndsItAfterTheGracePeriod()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.EventsThen([OpenAi.Text("a")], Behave.Hang));
        var service = await ServiceUnderTest.StartAsync(
            builder => builder.AddInference(),
            app => app.MapInference(),
            ("Inference:Model", UpstreamMember.Model),
            ("Inference:ShutdownGrace", "00:00:01"),
            ("Inference:Upstreams:far:BaseAddress", fake.Address),
            ($"Inference:Upstreams:far:Models:{UpstreamMember.Model}", "m"));
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var client = new InferenceService.InferenceServiceClient(channel);
        using var running = client.Generate(UpstreamMember.Hello());
        await running.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout();

        var stopped = service.DisposeAsync().AsTask();
        while (!(await client.GetStatusAsync(new GetStatusRequest())).Draining) await Task.Yield();
        using var late = client.Generate(UpstreamMember.Hello());

        var refused = await Assert.ThrowsAsync<RpcException>(() => EndAsync(late));
        var ended = await Assert.ThrowsAsync<RpcException>(() => EndAsync(running));
        Assert.Equal(Reason.Draining, refused.ToMillraceException("inference").Reason);
        Assert.Equal(Reason.Draining, ended.ToMillraceException("inference").Reason);
        await (await fake.NextAsync()).Aborted.DefaultTimeout();
        await stopped.DefaultTimeout();
        Assert.Equal(1, fake.Count);
    }

    [Fact]
    public async Task Generate_ProbesCallerGoesAway_AnotherProbeClosesTheCircuit()
    {
        var time = new ManualTimeProvider();
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(500), Behave.Hang, Behave.Events(OpenAi.Whole("Hi")));
        await using var member = await UpstreamMember.StartAsync(fake, time, ("RetriesMax", "0"), ("Breaker:FailuresToOpen", "1"));
        await member.FailAsync();
        await fake.NextAsync();
        time.Advance(TimeSpan.FromSeconds(15));

        using (var probe = member.Client.Generate(UpstreamMember.Hello())) await fake.NextAsync();
        await AssertIdleAsync(member);
        var open = (await member.Client.GetStatusAsync(new GetStatusRequest())).Upstreams.Single().CircuitOpen;
        var result = await member.AskAsync();

        Assert.True(open);
        Assert.Equal("Hi", result.Text);
        Assert.False((await member.Client.GetStatusAsync(new GetStatusRequest())).Upstreams.Single().CircuitOpen);
    }

    [Fact]
    public async Task Generate_CancelledInEveryPhase_LeavesNoPlaceTaken()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.EventsThen([OpenAi.Text("a")], Behave.Hang));
        await using var member = await UpstreamMember.StartAsync(fake, null, ("ConcurrencyMax", "2"), ("Breaker:FailuresToOpen", "1000"));
        for (var round = 0; round < 10; round++)
        {
            // Two run, four wait; they leave in whatever phase they are.
            var calls = Enumerable.Range(0, 6).Select(_ => member.Client.Generate(UpstreamMember.Hello())).ToList();
            var begun = calls.Select(call => call.ResponseStream.MoveNext(CancellationToken.None)).ToList();
            if (round % 2 == 0) await Task.WhenAny(begun).DefaultTimeout();
            foreach (var call in calls) call.Dispose();
            await Task.WhenAll(begun).ContinueWith(_ => { }, TaskScheduler.Default).DefaultTimeout();
        }

        await AssertIdleAsync(member);
        Assert.Empty(member.Service.Errors);
    }

    private static Task AssertIdleAsync(UpstreamMember member) => InferenceMember.UntilAsync(async () =>
        (await member.Client.GetStatusAsync(new GetStatusRequest())).Upstreams.Single() is { InFlight: 0, QueueDepth: 0 });

    private static async Task EndAsync(AsyncServerStreamingCall<GenerateResponse> call)
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout())
        {
        }
    }

    /// <summary>Connects until the system takes no more for a listener that accepts nobody: from then on there is no answer.</summary>
    private static async Task<List<Socket>> FillAsync(IPEndPoint address)
    {
        var sockets = new List<Socket>();
        while (true)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            try
            {
                await socket.ConnectAsync(address, limit.Token);
            }
            catch (OperationCanceledException)
            {
                return sockets;
            }
        }
    }
}
