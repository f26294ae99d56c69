using System.Diagnostics;
using System.Diagnostics.Metrics;
using Millrace.Gateway.Resilience;

namespace Millrace.Gateway.Inference;

/// <summary>What is told of choices: names and counts.</summary>
public sealed class PoolTelemetry
{
    internal const string MeterName = "Millrace.Gateway";
    internal const string Choices = "millrace.pool.choices";
    internal const string MatchedKeys = "millrace.pool.prefix_matched_keys";
    internal const string MemberAttribute = "millrace.pool.member";
    internal const string ReasonAttribute = "millrace.pool.reason";
    internal const string MatchedAttribute = "millrace.pool.prefix_matched_keys";

    private static readonly string[] Reasons = ["only", "prefix", "load", "turn", "own"];
    private static readonly long[] KeyBuckets = [0, 1, 2, 4, 8, 16, 24, 32, 48, 64];

    private readonly Counter<long> _choices;
    private readonly Histogram<long> _matchedKeys;

    /// <summary>Creates the instruments; the factory owns their meter.</summary>
    public PoolTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _choices = meter.CreateCounter<long>(Choices, "{request}");
        _matchedKeys = meter.CreateHistogram(
            MatchedKeys, "{key}", null, null, new InstrumentAdvice<long> { HistogramBucketBoundaries = KeyBuckets });
    }

    /// <summary>A member was chosen. The span that is open tells it too; of several choices for a request, the last one.</summary>
    /// <param name="member">Its name.</param>
    /// <param name="reason">Why it.</param>
    /// <param name="matchedKeys">Keys of the prompt that it was taken to hold.</param>
    /// <returns>The reason in a word.</returns>
    internal string Chosen(string member, ChoiceReason reason, int matchedKeys)
    {
        var why = Reasons[(int)reason];
        _choices.Add(1, new("member", member), new KeyValuePair<string, object?>("reason", why));
        _matchedKeys.Record(matchedKeys, new KeyValuePair<string, object?>("member", member));
        if (Activity.Current is { IsAllDataRequested: true } span)
            span.SetTag(MemberAttribute, member).SetTag(ReasonAttribute, why).SetTag(MatchedAttribute, matchedKeys);
        return why;
    }
}

/// <summary>What the pool needs to tell of itself, and to know what time it is.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Telemetry">Counts second members.</param>
/// <param name="Logger">Takes facts.</param>
public sealed record PoolSignals(TimeProvider Time, ResilienceTelemetry Telemetry, ILogger<InferencePool> Logger);
