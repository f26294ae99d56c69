namespace Millrace.Edge.Requests;

/// <summary>What a client says in the platform's own headers is never believed: they are removed before the edge sets its own.</summary>
internal static class OwnHeaders
{
    private const string Prefix = "x-millrace-";

    public static Task RemoveAsync(HttpContext context, RequestDelegate next)
    {
        List<string>? forged = null;
        foreach (var header in context.Request.Headers)
            if (header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) (forged ??= []).Add(header.Key);

        foreach (var name in forged ?? []) context.Request.Headers.Remove(name);
        return next(context);
    }
}
