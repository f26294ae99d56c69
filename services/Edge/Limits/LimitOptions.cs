using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Edge.Limits;

/// <summary>Where the counts of limits are.</summary>
public enum LimitStore
{
    /// <summary>In this edge.</summary>
    Memory,

    /// <summary>In the Redis of connection string <c>redis</c>, shared by several edges.</summary>
    Redis,
}

/// <summary>Limits of a tenant over all of its keys.</summary>
public sealed class TenantLimits
{
    /// <summary>Most requests in a minute; null for any number.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Most tokens in a minute; null for any number.</summary>
    public int? TokensPerMinute { get; set; }
}

/// <summary>Settings of rate limits, section <c>Edge:Limits</c>. Limits of keys are the keys' own. Changes count at once.</summary>
public sealed class LimitOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Edge:Limits";

    /// <summary>Where the counts are; read at start.</summary>
    /// <value>Default <see cref="LimitStore.Memory"/>.</value>
    public LimitStore Store { get; set; } = LimitStore.Memory;

    /// <summary>Limits by tenant.</summary>
    public IDictionary<string, TenantLimits> Tenants { get; } = new Dictionary<string, TenantLimits>(StringComparer.Ordinal);

    /// <summary>Limits of tenants that are not named.</summary>
    /// <value>Default none.</value>
    public TenantLimits EveryTenant { get; set; } = new();

    /// <summary>Most tokens that are counted for a request before its answer tells how many it took.</summary>
    /// <value>Default 8,192.</value>
    public int EstimateMax { get; set; } = 8192;

    /// <summary>Time that Redis has to count; after it this edge counts alone for a while.</summary>
    /// <value>Default 200 ms.</value>
    public TimeSpan RedisTimeout { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Time for which this edge counts alone before it asks Redis again.</summary>
    /// <value>Default 2 seconds.</value>
    public TimeSpan RedisRetry { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The limits of a tenant.</summary>
    public TenantLimits Of(string tenant) => Tenants.TryGetValue(tenant, out var own) ? own : EveryTenant;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (EstimateMax < 1) yield return $"EstimateMax is {EstimateMax}. Set it to 1 or more.";
        if (RedisTimeout <= TimeSpan.Zero)
            yield return $"RedisTimeout is {RedisTimeout}. Set it to a time above zero, such as 00:00:00.200.";
        if (RedisRetry <= TimeSpan.Zero) yield return $"RedisRetry is {RedisRetry}. Set it to a time above zero, such as 00:00:02.";
        foreach (var (name, limits) in Tenants.Append(new("*", EveryTenant)))
            if (limits.RequestsPerMinute < 1 || limits.TokensPerMinute < 1)
                yield return $"The limits of tenant '{name}' must be at least 1; leave one out for none.";
    }
}
