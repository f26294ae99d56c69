using System.Globalization;

namespace Millrace.Edge.Limits;

/// <summary>How the limits of a key stand, in the headers that OpenAI's clients know.</summary>
internal static class RateHeaders
{
    /// <summary>Names of all headers that a browser's script may be shown.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. new[] { "limit", "remaining", "reset" }
            .SelectMany(what => new[] { $"x-ratelimit-{what}-requests", $"x-ratelimit-{what}-tokens" }),
    ];

    /// <summary>Sets the headers of one limit.</summary>
    /// <param name="headers">The answer's headers.</param>
    /// <param name="unit">What is limited: <c>requests</c> or <c>tokens</c>.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="state">How it stands.</param>
    public static void Set(IHeaderDictionary headers, string unit, RateLimit limit, RateState state)
    {
        headers[$"x-ratelimit-limit-{unit}"] = limit.PerMinute.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-remaining-{unit}"] = state.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-reset-{unit}"] = Duration(state.Reset);
    }

    /// <summary>A time as OpenAI writes it: <c>6m0s</c>, <c>1.5s</c>, <c>20ms</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(1)) return string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalMilliseconds)}ms");
        var seconds = Math.Round(time.TotalSeconds - (60 * (long)time.TotalMinutes), 3);
        return (long)time.TotalMinutes > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMinutes}m{seconds}s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
    }
}
