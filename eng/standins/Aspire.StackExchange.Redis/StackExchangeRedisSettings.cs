namespace Aspire.StackExchange.Redis;

/// <summary>Settings of a Redis connection; configuration <c>Aspire:StackExchange:Redis</c>, then <c>:NAME</c> below it.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>How to reach the server, in StackExchange.Redis' own format; <c>ConnectionStrings:NAME</c> overrides it.</summary>
    public string? ConnectionString { get; set; }

    public bool DisableHealthChecks { get; set; }

    /// <summary>The client of this package set has no tracing, so this changes nothing.</summary>
    public bool DisableTracing { get; set; }
}
