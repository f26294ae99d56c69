using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Primitives;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Edge.Requests;

/// <summary>Gives each request its id: the client's own where it is sane, else a new one. It goes on in the request's headers.</summary>
internal static class RequestIds
{
    private const int CharsMax = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");

    public static Task AssignAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        var given = headers[CallContext.RequestIdHeader];
        if (!IsSane(given)) headers[CallContext.RequestIdHeader] = given = CallContext.NewRequestId();
        Activity.Current?.SetTag("millrace.request.id", given.ToString());
        return next(context);
    }

    private static bool IsSane(StringValues given) =>
        given.Count == 1 && given[0] is { Length: > 0 and <= CharsMax } id && !id.AsSpan().ContainsAnyExcept(Allowed);
}
