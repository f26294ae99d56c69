using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>What the process that has upstreams decides for all of them.</summary>
internal sealed record UpstreamHost
{
    /// <summary>Name of the activity source and of the meter that tell of calls to them.</summary>
    public required string SourceName { get; init; }

    /// <summary>Longest time that one answer may take.</summary>
    public required TimeSpan GenerationTimeMax { get; init; }

    /// <summary>The model for requests that name none, if an upstream serves it; empty when such requests are no upstream's.</summary>
    public string DefaultModel { get; init; } = "";

    /// <summary>Knows when the process takes nothing new.</summary>
    public IUpstreamGate Gate { get; init; } = OpenGate.Instance;
}

/// <summary>Counts the answers that run, and ends them when the process stops.</summary>
internal interface IUpstreamGate
{
    /// <summary>Cancelled when those that still run must go.</summary>
    CancellationToken Evicted { get; }

    /// <summary>Comes in; the result is disposed on the way out.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.Draining"/>.</exception>
    IDisposable Enter();

    /// <summary>What one is told that had to go.</summary>
    MillraceException Eviction();
}

/// <summary>The gate of a process whose server itself waits for requests when it stops: it never closes.</summary>
internal sealed class OpenGate : IUpstreamGate, IDisposable
{
    /// <summary>The only one; it has no state.</summary>
    public static readonly OpenGate Instance = new();

    private OpenGate()
    {
    }

    /// <inheritdoc/>
    public CancellationToken Evicted => CancellationToken.None;

    /// <inheritdoc/>
    public IDisposable Enter() => this;

    /// <inheritdoc/>
    public MillraceException Eviction() => new(Reason.Draining, "The service stopped before the answer was complete. Ask again.");

    /// <summary>Goes out, which nobody counts.</summary>
    public void Dispose()
    {
    }
}
