using Millrace.Gateway.Explaining;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api;

/// <summary><c>GET /v1/requests/{id}/explain</c>: what was decided on the way of a request, why, and where its time went.</summary>
internal sealed class ExplainEndpoint(Explanations explanations)
{
    public async Task<IResult> ExplainAsync(string id, CancellationToken cancellationToken) =>
        await explanations.FindAsync(id, cancellationToken) is { } json
            ? Results.Bytes(json, ApiJson.ContentType)
            : throw new MillraceException(
                Reason.RequestNotFound,
                "There is no explanation of a request with this id. Ask soon after the answer, with the x-request-id that it carried.")
            {
                Param = "id",
            };
}

/// <summary>Maps the endpoint of explanations.</summary>
internal static class ExplainMapping
{
    public static void MapExplain(this IEndpointRouteBuilder v1) => v1.MapGet(
        "/requests/{id}/explain",
        (string id, ExplainEndpoint explain, CancellationToken cancellationToken) => explain.ExplainAsync(id, cancellationToken));
}
