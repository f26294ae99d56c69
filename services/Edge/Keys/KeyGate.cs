using System.Diagnostics;
using System.Net;
using Millrace.ApiKeys;
using Millrace.Edge.Requests;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Edge.Keys;

/// <summary>
/// Decides who asks, and whether they may. The tenant and the labels that the platform goes by are the key's, in headers that no client can
/// set. Where no key is asked for, all is one tenant's, and only programs on this machine are served.
/// </summary>
internal sealed class KeyGate(RequestDelegate next, KeyRing ring, FailedKeys failed, TimeProvider time, ILogger<KeyGate> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        var text = Credentials.Take(context.Request.Headers);
        if (!context.Request.Path.StartsWithSegments(PublicPaths.Api)) return next(context);
        try
        {
            Admit(context, text);
        }
        catch (MillraceException refusal)
        {
            EdgeLog.Refused(logger, refusal.Reason);
            if (refusal.Reason == Reason.Unauthenticated) context.Response.OnStarting(Challenge, context);
            return OpenAiErrors.WriteAsync(context, refusal, context.RequestAborted);
        }

        return next(context);
    }

    private static Task Challenge(object state)
    {
        ((HttpContext)state).Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }

    // A wrong key does not become right, however often an SDK repeats the request by itself.
    private static Task RetryInVain(object state)
    {
        ((HttpContext)state).Response.Headers["x-should-retry"] = "false";
        return Task.CompletedTask;
    }

    private static void Enter(HttpContext context, ApiKey key)
    {
        var headers = context.Request.Headers;
        headers[CallContext.TenantHeader] = key.Tenant;
        if (key.LabelBound() is { } labels) headers[CallContext.LabelsHeader] = HeldLabels.Write(labels);
        context.Features.Set(new Caller(key));
        Activity.Current?.SetTag("millrace.tenant", key.Tenant).SetTag("millrace.key.id", key.Id);
    }

    private static void RequireScope(HttpContext context, ApiKey key)
    {
        var scope = RouteScopes.For(context.Request.Path, context.Request.Method);
        if (!key.Allows(scope))
            throw new MillraceException(
                Reason.PermissionDenied, $"This key lacks the scope '{scope}', which this request needs. Use a key that has it.");
    }

    // Without keys the address is all there is to go by, so that the door opens to this machine only, wherever the edge listens.
    private static void RequireThisMachine(HttpContext context)
    {
        if (context.Connection is { RemoteIpAddress: { } from, LocalIpAddress: { } to }
            && IPAddress.IsLoopback(from) && IPAddress.IsLoopback(to))
            return;
        throw new MillraceException(
            Reason.PermissionDenied, "Without API keys only this machine is served. Make a key with './run keys create', and send it.");
    }

    private void Admit(HttpContext context, string text)
    {
        if (!ring.Required)
        {
            RequireThisMachine(context);
            context.Request.Headers[CallContext.TenantHeader] = CallContext.DefaultTenant;
            return;
        }

        var key = Authenticate(context, text);
        RequireScope(context, key);
        Enter(context, key);
    }

    private ApiKey Authenticate(HttpContext context, string text)
    {
        var (verdict, key) = ring.Keys.Judge(text, time.GetUtcNow());
        if (key is not null) return key;
        if (verdict == KeyVerdict.Invalid && text.Length > 0) CountFailure(context);
        throw new MillraceException(Reason.Unauthenticated, (verdict, text.Length) switch
        {
            (KeyVerdict.Expired, _) => "This API key has expired. Ask for a new one.",
            (_, 0) => "No API key was given. Send one as 'Authorization: Bearer KEY'.",
            _ => "Incorrect API key provided. Send a key that './run keys list' shows, as 'Authorization: Bearer KEY'.",
        });
    }

    private void CountFailure(HttpContext context)
    {
        var wait = failed.Add(context.Connection.RemoteIpAddress);
        if (wait == TimeSpan.Zero) return;
        context.Response.OnStarting(RetryInVain, context);
        throw new MillraceException(
            Reason.RateLimited,
            "Too many wrong API keys came from this address. Check the key that the application sends; a right one works at once.")
        { RetryAfter = wait };
    }
}
