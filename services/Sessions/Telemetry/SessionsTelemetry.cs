using System.Diagnostics.Metrics;

namespace Millrace.Sessions.Telemetry;

/// <summary>Metrics of the session store. They carry counts and times, never text.</summary>
public sealed class SessionsTelemetry : IDisposable
{
    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly Counter<long> _appended;
    private readonly Counter<long> _expired;
    private readonly Histogram<double> _sweeps;

    /// <summary>Creates the instruments.</summary>
    public SessionsTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create("Millrace.Sessions");
        _appended = _meter.CreateCounter<long>("millrace.sessions.messages", "{message}", "Messages that were appended, retries included.");
        _expired = _meter.CreateCounter<long>(
            "millrace.sessions.expired", "{conversation}", "Conversations that were deleted because nobody appended to them for long.");
        _sweeps = _meter.CreateHistogram<double>("millrace.sessions.sweep.duration", "s", "Time of one search for such conversations.");
    }

    /// <summary>Messages were appended.</summary>
    public void Appended(int count) => _appended.Add(count);

    /// <summary>Conversations were deleted for their age.</summary>
    public void Expired(int count) => _expired.Add(count);

    /// <summary>When something began, for <see cref="Swept"/>.</summary>
    public long Now() => _time.GetTimestamp();

    /// <summary>A search for conversations that are due has ended.</summary>
    public void Swept(long startedAt) => _sweeps.Record(_time.GetElapsedTime(startedAt).TotalSeconds);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
