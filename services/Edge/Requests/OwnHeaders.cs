namespace Millrace.Edge.Requests;

/// <summary>
/// What a client says in the platform's own headers is never believed: they are removed before the edge sets its own. Only a shorter time
/// for its own request is the client's to ask for.
/// </summary>
internal static class OwnHeaders
{
    private const string Prefix = "x-millrace-";
    private const string OfClients = "x-millrace-timeout-ms";

    public static Task RemoveAsync(HttpContext context, RequestDelegate next)
    {
        List<string>? forged = null;
        foreach (var header in context.Request.Headers)
            if (IsForged(header.Key)) (forged ??= []).Add(header.Key);

        foreach (var name in forged ?? []) context.Request.Headers.Remove(name);
        return next(context);
    }

    private static bool IsForged(string name) =>
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !name.Equals(OfClients, StringComparison.OrdinalIgnoreCase);
}
