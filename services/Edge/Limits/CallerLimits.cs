using Millrace.ApiKeys;

namespace Millrace.Edge.Limits;

/// <summary>What a limit counts.</summary>
internal enum RateUnit
{
    /// <summary>Requests.</summary>
    Requests,

    /// <summary>Tokens.</summary>
    Tokens,
}

/// <summary>A limit of a caller.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="OfTenant">Whether it is the tenant's, shared by its keys.</param>
internal readonly record struct CallerLimit(RateLimit Limit, RateUnit Unit, bool OfTenant);

/// <summary>The limits of a caller: its key's and its tenant's.</summary>
internal static class CallerLimits
{
    /// <summary>The limits that hold for a key; none when it has none.</summary>
    public static IReadOnlyList<CallerLimit> Of(ApiKey key, LimitOptions options)
    {
        var tenant = options.Of(key.Tenant);
        if ((key.RequestsPerMinute ?? key.TokensPerMinute ?? tenant.RequestsPerMinute ?? tenant.TokensPerMinute) is null) return [];

        // The braces keep all of a tenant's counts on one node of a Redis cluster, where one step can reach them.
        List<CallerLimit> limits = [];
        Add(limits, $"{{{key.Tenant}}}:key:{key.Id}", false, (key.RequestsPerMinute, key.TokensPerMinute));
        Add(limits, $"{{{key.Tenant}}}:tenant", true, (tenant.RequestsPerMinute, tenant.TokensPerMinute));
        return limits;
    }

    private static void Add(List<CallerLimit> limits, string name, bool ofTenant, (int? Requests, int? Tokens) perMinute)
    {
        if (perMinute.Requests is { } requests)
            limits.Add(new CallerLimit(new RateLimit(name + ":requests", requests), RateUnit.Requests, ofTenant));
        if (perMinute.Tokens is { } tokens)
            limits.Add(new CallerLimit(new RateLimit(name + ":tokens", tokens), RateUnit.Tokens, ofTenant));
    }
}
