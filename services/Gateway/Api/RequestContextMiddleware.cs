using System.Diagnostics;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>Makes the tenant, the id and the labels that the edge has set the context of the request, and tells the id in every
/// answer.</summary>
internal sealed class RequestContextMiddleware(RequestDelegate next)
{
    private const int LengthMax = 128;
    private const string TraceHeader = "x-millrace-trace-id";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var id = Usable(headers[CallContext.RequestIdHeader]) ?? CallContext.NewRequestId();
        var given = headers[CallContext.TenantHeader];
        var tenant = given.Count == 0 ? CallContext.DefaultTenant : Usable(given);
        CallContext.Current = new CallContext(tenant ?? CallContext.DefaultTenant, id)
        {
            Labels = HeldLabels.Read(headers[CallContext.LabelsHeader]),
        };

        headers[CallContext.RequestIdHeader] = id;
        var trace = Activity.Current?.TraceId.ToHexString();

        // Set as late as possible: an error clears the headers that were set before.
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[CallContext.RequestIdHeader] = id;
            if (AnthropicErrors.IsSpoken(context.Request.Path)) context.Response.Headers[AnthropicErrors.RequestIdHeader] = id;
            if (trace is not null) context.Response.Headers[TraceHeader] = trace;
            return Task.CompletedTask;
        });
        return tenant is null ? OpenAiErrors.WriteAsync(context, NoTenant(), context.RequestAborted) : next(context);
    }

    // Whoever came in the place of another tenant would see its data.
    private static MillraceException NoTenant() => new(
        Reason.PermissionDenied,
        $"The tenant of this request's key has a name that is not 1 to {LengthMax} visible ASCII characters. Make another key.");

    private static string? Usable(string? value) =>
        value is { Length: > 0 and <= LengthMax } && value.All(c => c is > ' ' and <= '~') ? value : null;
}
