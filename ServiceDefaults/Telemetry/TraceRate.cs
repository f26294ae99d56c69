using OpenTelemetry.Trace;

namespace Millrace.ServiceDefaults.Telemetry;

/// <summary>
/// Records so many traces in a second and no more. Up to the rate every request is traced; a burst may use what the second before it
/// did not. Every request has a trace id all the same.
/// </summary>
internal sealed class TraceRate(int perSecondMax, TimeProvider time) : Sampler
{
    private readonly long _interval = perSecondMax > 0 ? Math.Max(1, time.TimestampFrequency / perSecondMax) : 0;

    // What is left of the last second, as the moment up to which it is used up.
    private long _usedUpTo = time.GetTimestamp() - time.TimestampFrequency;

    /// <summary>The sampler of a service: at a rate what begins here, and what callers record as the options say.</summary>
    public static Sampler Of(TraceRateOptions options, TimeProvider time)
    {
        var rate = new TraceRate(options.TracesPerSecondMax, time);
        return options.FollowsCallers ? new ParentBasedSampler(rate) : new ParentBasedSampler(rate, remoteParentSampled: rate);
    }

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(TryTake() ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);

    private bool TryTake()
    {
        if (_interval == 0) return false;
        while (true)
        {
            var now = time.GetTimestamp();
            var used = Volatile.Read(ref _usedUpTo);
            var next = Math.Max(used, now - time.TimestampFrequency) + _interval;
            if (next > now) return false;
            if (Interlocked.CompareExchange(ref _usedUpTo, next, used) == used) return true;
        }
    }
}
