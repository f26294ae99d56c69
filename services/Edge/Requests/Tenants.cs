using Millrace.ServiceDefaults.Calls;

namespace Millrace.Edge.Requests;

/// <summary>
/// Decides whose request it is. What a client says in the platform's own headers is never believed: they are removed, and the tenant
/// is set anew. An installation without API keys has one tenant.
/// </summary>
internal static class Tenants
{
    private const string OwnHeaderPrefix = "x-millrace-";

    public static Task AssignAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        RemoveOwnHeaders(headers);
        headers[CallContext.TenantHeader] = CallContext.DefaultTenant;
        return next(context);
    }

    private static void RemoveOwnHeaders(IHeaderDictionary headers)
    {
        List<string>? forged = null;
        foreach (var header in headers)
            if (header.Key.StartsWith(OwnHeaderPrefix, StringComparison.OrdinalIgnoreCase)) (forged ??= []).Add(header.Key);

        if (forged is null) return;
        foreach (var name in forged) headers.Remove(name);
    }
}
