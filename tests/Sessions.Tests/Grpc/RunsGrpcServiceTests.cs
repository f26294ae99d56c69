using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Runs;
using Millrace.TestShared;
using RunState = Millrace.Contracts.Sessions.V1.RunState;

namespace Millrace.Sessions.Tests.Grpc;

public sealed class RunsGrpcServiceTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private ServiceUnderTest? _service;

    private RunsService.RunsServiceClient Client => new(_service!.Invoker());

    public async Task InitializeAsync() => _service = await ServiceUnderTest.StartAsync(
        builder =>
        {
            builder.AddSessions();
            builder.Services.AddSingleton<TimeProvider>(_time);
        },
        app => app.MapSessions(),
        ("MILLRACE_DATA_DIR", _folder.Path),
        ("Sessions:Runs:BytesMax", "65536"));

    [Fact]
    public async Task ReadRun_WhileItRuns_FollowsToTheEnd()
    {
        await BeginAsync();
        using var reading = Client.ReadRun(new ReadRunRequest { Id = "r", ShownOnly = true });
        await AppendAsync(2, "a");
        Assert.Equal(["a"], await NextAsync(reading));
        await AppendAsync(3, "b", "c");
        Assert.Equal(["b", "c"], await NextAsync(reading));

        await Client.FinishRunAsync(new FinishRunRequest { Id = "r", Fence = 1, State = RunState.Completed, KeepMs = 1000 });

        Assert.True(await reading.ResponseStream.MoveNext(default).DefaultTimeout());
        Assert.Equal(RunState.Completed, reading.ResponseStream.Current.Run.State);
        Assert.False(await reading.ResponseStream.MoveNext(default).DefaultTimeout());
    }

    [Fact]
    public async Task ReadRun_OwnerThatIsNotHeardOf_EndsWithAnOrphan()
    {
        await BeginAsync();
        using var reading = Client.ReadRun(new ReadRunRequest { Id = "r", ShownOnly = true });
        var end = reading.ResponseStream.MoveNext(default);
        await _time.UntilTimedAsync(TimeSpan.FromSeconds(1)).DefaultTimeout();

        for (var second = 0; second < 5 && !end.IsCompleted; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            if (second < 4) await _time.UntilTimedAsync(TimeSpan.FromSeconds(1)).DefaultTimeout();
        }

        Assert.True(await end.DefaultTimeout());
        Assert.True(reading.ResponseStream.Current.Run.IsOrphaned);
        var taken = await Client.TakeRunAsync(new TakeRunRequest { Id = "r", Owner = "b", LeaseMs = 5000 });
        Assert.True(taken.IsTaken);
        Assert.False((await Client.RenewRunAsync(new RenewRunRequest { Id = "r", Fence = 1, LeaseMs = 5000 })).IsOwner);
    }

    [Fact]
    public async Task RenewRun_WithAReader_CountsIt()
    {
        await BeginAsync();
        using var reading = Client.ReadRun(new ReadRunRequest { Id = "r" });
        Assert.Equal(["input"], await NextAsync(reading));

        var renewed = await Client.RenewRunAsync(new RenewRunRequest { Id = "r", Fence = 1, LeaseMs = 5000 });

        Assert.Equal(1u, renewed.ReaderCount);
    }

    [Fact]
    public async Task ReadRun_WithoutFollowing_EndsAtWhatIsThere()
    {
        await BeginAsync();
        using var reading = Client.ReadRun(new ReadRunRequest { Id = "r", NoFollow = true });

        Assert.Equal(["input"], await NextAsync(reading));
        Assert.True(await reading.ResponseStream.MoveNext(default).DefaultTimeout());
        Assert.Equal(RunState.Running, reading.ResponseStream.Current.Run.State);
        Assert.False(await reading.ResponseStream.MoveNext(default).DefaultTimeout());
    }

    [Fact]
    public async Task AppendFrames_MoreThanARunMayHave_IsRefused()
    {
        await BeginAsync();

        var error = await Assert.ThrowsAsync<MillraceException>(() => AppendAsync(2, new string('x', 65536)));

        Assert.Equal(Reason.PayloadTooLarge, error.Reason);
    }

    [Fact]
    public async Task AnyCall_NoSuchRun_IsNotFound()
    {
        var error = await Assert.ThrowsAsync<MillraceException>(
            async () => await Client.GetRunAsync(new GetRunRequest { Id = "none" }));

        Assert.Equal((Reason.ResponseNotFound, "id"), (error.Reason, error.Param));
    }

    [Fact]
    public async Task BeginRun_IdThatIsNone_IsRefused()
    {
        var error = await Assert.ThrowsAsync<MillraceException>(
            async () => await Client.BeginRunAsync(new BeginRunRequest { Id = "a/b" }));

        Assert.Equal((Reason.InvalidArgument, "id"), (error.Reason, error.Param));
    }

    [Fact]
    public async Task ReadRun_BegunAnewWhileItIsRead_GivesNothingOfTheNewOne()
    {
        await BeginAsync();
        using var reading = Client.ReadRun(new ReadRunRequest { Id = "r", ShownOnly = true });
        await AppendAsync(2, "a");
        Assert.Equal(["a"], await NextAsync(reading));

        // As another process does it: the reader is not woken, and looks when both have happened.
        var next = reading.ResponseStream.MoveNext(default);
        await _time.UntilTimedAsync(TimeSpan.FromSeconds(1)).DefaultTimeout();
        var store = _service!.Services.GetRequiredService<IRunStore>();
        var key = new RunKey("default", "r");
        var ending = new RunEnding(Sessions.Runs.RunState.Failed, [], IsVoid: true, TimeSpan.FromHours(1));
        await store.FinishAsync(key, 1, ending, default);
        await store.BeginAsync(key, new RunBeginning([], "b", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), [], []), 9, default);
        _time.Advance(TimeSpan.FromSeconds(1));

        var error = await Assert.ThrowsAsync<MillraceException>(() => next.DefaultTimeout());
        Assert.Equal(Reason.ResponseNotFound, error.Reason);
    }

    [Fact]
    public async Task ReadRun_OfAnotherGeneration_IsNotFound()
    {
        await BeginAsync();
        var generation = (await Client.GetRunAsync(new GetRunRequest { Id = "r" })).Run.Generation;
        using var same = Client.ReadRun(new ReadRunRequest { Id = "r", NoFollow = true, Generation = generation });
        using var other = Client.ReadRun(new ReadRunRequest { Id = "r", NoFollow = true, Generation = generation + 1 });

        Assert.Equal(["input"], await NextAsync(same));
        var error = await Assert.ThrowsAsync<MillraceException>(() => other.ResponseStream.MoveNext(default).DefaultTimeout());
        Assert.Equal(Reason.ResponseNotFound, error.Reason);
    }

    [Fact]
    public async Task ListOrphans_NoLimit_IsRefused()
    {
        var work = new RunWorkService.RunWorkServiceClient(_service!.Invoker());

        var error = await Assert.ThrowsAsync<MillraceException>(async () => await work.ListOrphansAsync(new ListOrphansRequest()));

        Assert.Equal((Reason.InvalidArgument, "limit"), (error.Reason, error.Param));
    }

    public async Task DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<IEnumerable<string>> NextAsync(AsyncServerStreamingCall<ReadRunResponse> reading)
    {
        Assert.True(await reading.ResponseStream.MoveNext(default).DefaultTimeout());
        return reading.ResponseStream.Current.Frames.Frames.Select(frame => frame.Payload.ToStringUtf8());
    }

    private async Task BeginAsync() => await Client.BeginRunAsync(new BeginRunRequest
    {
        Id = "r", Owner = "a", LeaseMs = 5000, KeepMs = 60_000, Input = ByteString.CopyFromUtf8("input"),
    });

    private async Task AppendAsync(ulong first, params string[] texts) => await Client.AppendFramesAsync(new AppendFramesRequest
    {
        Id = "r",
        Fence = 1,
        FirstSequence = first,
        LeaseMs = 5000,
        Frames = { texts.Select(text => new RunFrame { Kind = RunFrameKind.Event, Payload = ByteString.CopyFromUtf8(text) }) },
    });
}
