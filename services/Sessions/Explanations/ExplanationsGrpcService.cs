using Google.Protobuf;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Sessions.Explanations;

/// <summary>Speaks gRPC for explanations.</summary>
internal sealed class ExplanationsGrpcService(IExplanationStore store) : ExplanationsService.ExplanationsServiceBase
{
    private const int CountMax = 1024;
    private const int IdCharsMax = 128;
    private const int JsonBytesMax = 256 * 1024;

    public override async Task<PutExplanationsResponse> PutExplanations(PutExplanationsRequest request, ServerCallContext context)
    {
        if (request.Explanations.Count > CountMax)
            throw MillraceException.InvalidArgument("explanations", $"explanations has more than {CountMax} entries. Send fewer at once.");
        foreach (var one in request.Explanations) Check(one);
        if (request.Explanations.Count > 0)
            await store.PutAsync(
                [.. request.Explanations.Select(one => new StoredExplanation(one.Tenant, one.RequestId, one.Json.ToByteArray()))],
                context.CancellationToken);
        return new PutExplanationsResponse();
    }

    public override async Task<GetExplanationResponse> GetExplanation(GetExplanationRequest request, ServerCallContext context)
    {
        var json = await store.FindAsync(CallContext.Current.Tenant, request.RequestId, context.CancellationToken);
        return json is null
            ? throw new MillraceException(Reason.RequestNotFound, "There is no explanation of a request with this id.") { Param = "id" }
            : new GetExplanationResponse { Json = UnsafeByteOperations.UnsafeWrap(json) };
    }

    private static void Check(Explanation one)
    {
        if (one.Tenant.Length == 0) throw MillraceException.InvalidArgument("explanations", "An explanation has no tenant. Set it.");
        if (one.RequestId.Length is 0 or > IdCharsMax)
            throw MillraceException.InvalidArgument("explanations", $"A request_id must have 1 to {IdCharsMax} characters.");
        if (one.Json.Length > JsonBytesMax)
            throw MillraceException.InvalidArgument("explanations", $"An explanation must have at most {JsonBytesMax} bytes.");
    }
}
