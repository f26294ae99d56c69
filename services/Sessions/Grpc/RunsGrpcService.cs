using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.Sessions.Runs;
using RunState = Millrace.Sessions.Runs.RunState;

namespace Millrace.Sessions.Grpc;

/// <summary>Speaks gRPC for runs.</summary>
internal sealed class RunsGrpcService(RunService runs, TimeProvider time) : RunsService.RunsServiceBase
{
    public override async Task<BeginRunResponse> BeginRun(BeginRunRequest request, ServerCallContext context)
    {
        var beginning = new RunBeginning(
            request.RequestHash.ToByteArray(),
            request.Owner,
            Span(request.LeaseMs),
            Span(request.KeepMs),
            request.Input.ToByteArray(),
            request.Result.ToByteArray())
        {
            GoesOnAlone = request.GoesOnAlone,
        };
        var (outcome, run) = await runs.BeginAsync(Key(request.Id), beginning, context.CancellationToken);
        return new BeginRunResponse { Outcome = (Contracts.Sessions.V1.BeginOutcome)(int)outcome, Run = ToProto(run) };
    }

    public override async Task<GetRunResponse> GetRun(GetRunRequest request, ServerCallContext context) =>
        new() { Run = ToProto(await runs.GetAsync(Key(request.Id), context.CancellationToken)) };

    public override async Task<AppendFramesResponse> AppendFrames(AppendFramesRequest request, ServerCallContext context)
    {
        var addition = new FrameAddition(
            (long)request.Fence,
            (long)request.FirstSequence,
            [.. request.Frames.Select(frame => new NewFrame((FrameKind)(int)frame.Kind, frame.Payload.Memory))],
            Span(request.LeaseMs),
            BytesMax: 0);
        var (isOwner, run) = await runs.AppendAsync(Key(request.Id), addition, context.CancellationToken);
        return new AppendFramesResponse { IsOwner = isOwner, CancelRequested = run.CancelRequested };
    }

    public override async Task<RenewRunResponse> RenewRun(RenewRunRequest request, ServerCallContext context)
    {
        var (isOwner, run, readers) = await runs.RenewAsync(
            Key(request.Id), (long)request.Fence, Span(request.LeaseMs), context.CancellationToken);
        return new RenewRunResponse { IsOwner = isOwner, CancelRequested = run.CancelRequested, ReaderCount = (uint)readers };
    }

    public override async Task ReadRun(
        ReadRunRequest request, IServerStreamWriter<ReadRunResponse> responseStream, ServerCallContext context)
    {
        var wish = new RunReadWish(
            (long)Math.Min(request.AfterSequence, long.MaxValue), request.ShownOnly, !request.NoFollow, (long)request.Generation);
        var parts = runs.ReadAsync(Key(request.Id), wish, context.CancellationToken);
        await foreach (var (frames, last) in parts)
        {
            var response = last is null ? new ReadRunResponse { Frames = ToProto(frames) } : new ReadRunResponse { Run = ToProto(last) };
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    public override async Task<FinishRunResponse> FinishRun(FinishRunRequest request, ServerCallContext context)
    {
        var ending = new RunEnding((RunState)(int)request.State, request.Result.ToByteArray(), request.IsVoid, Span(request.KeepMs));
        return new FinishRunResponse
        {
            IsOwner = await runs.FinishAsync(Key(request.Id), (long)request.Fence, ending, context.CancellationToken),
        };
    }

    public override async Task<CancelRunResponse> CancelRun(CancelRunRequest request, ServerCallContext context) =>
        new() { Run = ToProto(await runs.CancelAsync(Key(request.Id), context.CancellationToken)) };

    public override async Task<TakeRunResponse> TakeRun(TakeRunRequest request, ServerCallContext context)
    {
        var (isTaken, run) = await runs.TakeAsync(Key(request.Id), request.Owner, Span(request.LeaseMs), context.CancellationToken);
        return new TakeRunResponse { IsTaken = isTaken, Run = ToProto(run) };
    }

    public override async Task<DeleteRunResponse> DeleteRun(DeleteRunRequest request, ServerCallContext context)
    {
        await runs.DeleteAsync(Key(request.Id), context.CancellationToken);
        return new DeleteRunResponse();
    }

    private static RunKey Key(string id) => new(CallContext.Current.Tenant, id);

    private static TimeSpan Span(ulong milliseconds) => TimeSpan.FromMilliseconds(Math.Min(milliseconds, (ulong)int.MaxValue * 1000));

    private static RunFrames ToProto(IEnumerable<StoredFrame> frames) => new()
    {
        Frames =
        {
            frames.Select(frame => new RunFrame
            {
                Sequence = (ulong)frame.Sequence,
                Kind = (RunFrameKind)(int)frame.Kind,
                Payload = UnsafeByteOperations.UnsafeWrap(frame.Payload),
            }),
        },
    };

    private Run ToProto(StoredRun run) => new()
    {
        Id = run.Id,
        RequestHash = ByteString.CopyFrom(run.RequestHash),
        State = (Contracts.Sessions.V1.RunState)(int)run.State,
        Fence = (ulong)run.Fence,
        IsOrphaned = run.IsOrphanedAt(time.GetUtcNow()),
        CancelRequested = run.CancelRequested,
        Result = UnsafeByteOperations.UnsafeWrap(run.Result),
        LastSequence = (ulong)run.LastSequence,
        CreatedAt = Timestamp.FromDateTimeOffset(run.CreatedAt),
        ExpiresAt = Timestamp.FromDateTimeOffset(run.ExpiresAt),
        Generation = (ulong)run.Generation,
        TakeoverCount = (uint)run.TakeoverCount,
    };
}

/// <summary>Speaks gRPC for gateways that look for runs which nobody makes.</summary>
internal sealed class RunWorkGrpcService(RunService runs) : RunWorkService.RunWorkServiceBase
{
    public override async Task<ListOrphansResponse> ListOrphans(ListOrphansRequest request, ServerCallContext context)
    {
        var found = await runs.OrphansAsync((int)Math.Min(request.Limit, int.MaxValue), context.CancellationToken);
        return new ListOrphansResponse { Runs = { found.Select(run => new OrphanedRun { Tenant = run.Tenant, Id = run.Id }) } };
    }
}
