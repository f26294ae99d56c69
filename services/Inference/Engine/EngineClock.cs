namespace Millrace.Inference.Engine;

/// <summary>Time as the engine's thread sees it: read once before and once after the model runs.</summary>
internal sealed class EngineClock(TimeProvider time)
{
    /// <summary>Timestamp of the last reading.</summary>
    public long Now { get; private set; } = time.GetTimestamp();

    /// <summary>Wall time of the last reading.</summary>
    public DateTimeOffset UtcNow { get; private set; } = time.GetUtcNow();

    /// <summary>Reads the clock.</summary>
    public void Tick()
    {
        Now = time.GetTimestamp();
        UtcNow = time.GetUtcNow();
    }

    /// <summary>Time between two timestamps; zero when one is not known.</summary>
    public TimeSpan Between(long? from, long? to) => from is { } start && to is { } end ? time.GetElapsedTime(start, end) : TimeSpan.Zero;
}
