using System.ComponentModel.DataAnnotations;

namespace Millrace.ServiceDefaults.Telemetry;

/// <summary>How many traces are recorded. A trace costs every service that it passes as much processor time as a quarter of the request
/// itself, so that under load a sample of them tells as much for less.</summary>
public sealed class TraceRateOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Telemetry";

    /// <summary>Most traces that a service begins in a second; 0 for none.</summary>
    [Range(0, 1_000_000, ErrorMessage = "TracesPerSecondMax must be from 0 (no traces) to 1,000,000.")]
    public int TracesPerSecondMax { get; set; } = 20;

    /// <summary>
    /// Whether what belongs to a trace that the caller records is recorded too, at whatever rate. Between services it must be, or traces
    /// have holes; where callers are anybody, they would choose what it costs.
    /// </summary>
    public bool FollowsCallers { get; set; } = true;
}
