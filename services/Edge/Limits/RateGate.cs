using Millrace.Edge.Configuration;
using Millrace.Edge.Keys;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Edge.Limits;

/// <summary>
/// Holds callers to their limits. Tokens are estimated from the size of the body before the request goes on, so that a caller without
/// tokens is refused before it costs any; what the answer took is settled when it has ended.
/// </summary>
internal sealed class RateGate(RequestDelegate next, IRateLimiter limiter, TokenUsage usage, LiveOptions<LimitOptions> options)
{
    private const int BytesPerToken = 4;

    public async Task InvokeAsync(HttpContext context)
    {
        var settings = options.Value;
        if (Caller.Of(context) is not { } caller || CallerLimits.Of(caller.Key, settings) is not { Count: > 0 } limits)
        {
            await next(context);
            return;
        }

        var estimate = Estimate(context.Request, settings.EstimateMax);
        RateClaim[] claims = [.. limits.Select(limit => new RateClaim(limit.Limit, limit.Unit == RateUnit.Tokens ? estimate : 1))];
        var states = await limiter.TakeAsync(claims, context.RequestAborted);
        context.Response.OnStarting(SetHeaders, (context, limits, states));
        if (states.Max(state => state.Wait) is var wait && wait > TimeSpan.Zero)
            await OpenAiErrors.WriteAsync(context, Refusal(limits, states, wait), context.RequestAborted);
        else
            await ForwardAsync(context, limits, estimate);
    }

    /// <summary>Tokens that a request is taken to cost before it is known: a chunked body says nothing of its size.</summary>
    private static int Estimate(HttpRequest request, int tokensMax)
    {
        if (!RouteScopes.TakesTokens(request.Path, request.Method)) return 0;
        return (int)Math.Min(tokensMax, request.ContentLength is { } bytes ? (bytes + BytesPerToken - 1) / BytesPerToken : tokensMax);
    }

    private static Task SetHeaders(object state)
    {
        var (context, limits, states) = ((HttpContext, IReadOnlyList<CallerLimit>, IReadOnlyList<RateState>))state;
        foreach (var unit in Enum.GetValues<RateUnit>())
        {
            // Of a key's limit and its tenant's, the one that stops the caller first is what it wants to know.
            var tightest = -1;
            for (var i = 0; i < limits.Count; i++)
                if (limits[i].Unit == unit && (tightest < 0 || states[i].Remaining < states[tightest].Remaining)) tightest = i;
            if (tightest >= 0) RateHeaders.Set(context.Response.Headers, Name(unit), limits[tightest].Limit, states[tightest]);
        }

        return Task.CompletedTask;
    }

    private static string Name(RateUnit unit) => unit == RateUnit.Tokens ? "tokens" : "requests";

    private static MillraceException Refusal(IReadOnlyList<CallerLimit> limits, IReadOnlyList<RateState> states, TimeSpan wait)
    {
        var limit = limits[Enumerable.Range(0, limits.Count).First(i => states[i].Wait == wait)];
        var whose = limit.OfTenant ? "this key's tenant" : "this key";
        return new MillraceException(
            Reason.RateLimited,
            $"The limit of {whose}, {limit.Limit.PerMinute} {Name(limit.Unit)} per minute, is used up. "
                + $"Try again in {RateHeaders.Duration(wait)}, or ask for a higher limit.")
        { RetryAfter = wait };
    }

    private async Task ForwardAsync(HttpContext context, IReadOnlyList<CallerLimit> limits, int estimate)
    {
        RateLimit[] tokens = [.. limits.Where(limit => limit.Unit == RateUnit.Tokens).Select(limit => limit.Limit)];
        if (tokens.Length == 0 || estimate == 0)
        {
            await next(context);
            return;
        }

        TokenUsage.Ask(context);
        await next(context);

        // The request may have been cancelled, and its tokens count all the same.
        if (await usage.FindAsync(context) is not { } used || used == estimate) return;
        await limiter.SettleAsync(
            [.. tokens.Select(limit => new RateClaim(limit, used - Math.Min(estimate, limit.PerMinute)))], CancellationToken.None);
    }
}
