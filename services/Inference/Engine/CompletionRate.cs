namespace Millrace.Inference.Engine;

/// <summary>How fast sequences have been leaving lately: an exponentially weighted mean of the time between them.</summary>
internal sealed class CompletionRate
{
    private const double NewestWeight = 0.2;
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);

    private TimeSpan? _interval;

    /// <summary>A sequence left this long after the one before.</summary>
    public void Observe(TimeSpan interval) =>
        _interval = _interval is { } mean ? mean + (NewestWeight * (interval - mean)) : interval;

    /// <summary>How long until as many sequences as given have left; 100 ms to one minute.</summary>
    public TimeSpan TimeFor(int sequences)
    {
        var wait = sequences * (_interval ?? Unknown);
        return wait < WaitMin ? WaitMin : wait > WaitMax ? WaitMax : wait;
    }
}
