using System.Collections.Concurrent;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Keeps explanations in memory.</summary>
internal sealed class FakeExplanations : ExplanationsService.ExplanationsServiceBase
{
    private volatile TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the service is away.</summary>
    public bool IsAway { get; set; }

    /// <summary>What was stored, by tenant and request.</summary>
    public ConcurrentDictionary<(string Tenant, string Request), byte[]> Stored { get; } = new();

    /// <summary>Completes when it is next asked to store something.</summary>
    public Task Asked => _asked.Task;

    public override Task<PutExplanationsResponse> PutExplanations(PutExplanationsRequest request, ServerCallContext context)
    {
        if (!IsAway)
            foreach (var one in request.Explanations) Stored[(one.Tenant, one.RequestId)] = one.Json.ToByteArray();
        Interlocked.Exchange(ref _asked, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return IsAway ? throw Away() : Task.FromResult(new PutExplanationsResponse());
    }

    public override Task<GetExplanationResponse> GetExplanation(GetExplanationRequest request, ServerCallContext context)
    {
        if (IsAway) throw Away();
        return Stored.TryGetValue((CallContext.Current.Tenant, request.RequestId), out var json)
            ? Task.FromResult(new GetExplanationResponse { Json = Google.Protobuf.ByteString.CopyFrom(json) })
            : throw new MillraceException(Reason.RequestNotFound, "There is none.");
    }

    private static RpcException Away() => new(new Status(StatusCode.Unavailable, "away"));
}
