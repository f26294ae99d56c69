using Millrace.ServiceDefaults.Errors;

namespace Millrace.Edge.Requests;

/// <summary>
/// What exists to the outside: the API under <c>/v1</c>, the document that describes it, and the two health endpoints. Everything else is
/// unknown.
/// </summary>
internal static class PublicPaths
{
    public static readonly PathString Api = "/v1";

    /// <summary>Where the API is described.</summary>
    public static readonly PathString Document = "/openapi.json";

    public static Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments(Api) || path == Document || path == "/health" || path == "/alive") return next(context);

        var unknown = new MillraceException(
            Reason.RouteNotFound, "There is nothing at this path. The API is under /v1, such as POST /v1/chat/completions.");
        return OpenAiErrors.WriteAsync(context, unknown, context.RequestAborted);
    }
}
