using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Sessions.Runs;

/// <summary>Limits of runs; section <c>Sessions:Runs</c>.</summary>
public sealed class RunOptions : ISelfValidating
{
    /// <summary>Most runs of one tenant that are kept.</summary>
    /// <value>Default 100,000.</value>
    [Range(1, int.MaxValue, ErrorMessage = "RunsMax must be at least 1.")]
    public int RunsMax { get; set; } = 100_000;

    /// <summary>Most bytes of one run's frames.</summary>
    /// <value>Default 16 MiB.</value>
    [Range(64 * 1024, 1 << 30, ErrorMessage = "BytesMax must be from 64 KiB to 1 GiB.")]
    public long BytesMax { get; set; } = 16 * 1024 * 1024;

    /// <summary>Longest that a run is kept, whatever is asked for.</summary>
    /// <value>Default 30 days.</value>
    public TimeSpan AgeMax { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Longest lease.</summary>
    /// <value>Default 1 minute.</value>
    public TimeSpan LeaseMax { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time after which a reader that was not woken looks again: another process may have written.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan LookInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between two searches for runs that are due.</summary>
    /// <value>Default 10 minutes.</value>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Most runs that are deleted in one transaction.</summary>
    /// <value>Default 100.</value>
    [Range(1, 10_000, ErrorMessage = "SweepBatchMax must be from 1 to 10,000.")]
    public int SweepBatchMax { get; set; } = 100;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (AgeMax < TimeSpan.FromMinutes(1) || AgeMax > TimeSpan.FromDays(3650))
            yield return "AgeMax must be from 00:01:00 to 3650.00:00:00.";
        if (LeaseMax < TimeSpan.FromSeconds(1) || LeaseMax > TimeSpan.FromHours(1))
            yield return "LeaseMax must be from 00:00:01 to 01:00:00.";
        if (LookInterval < TimeSpan.FromMilliseconds(50) || LookInterval > TimeSpan.FromMinutes(1))
            yield return "LookInterval must be from 00:00:00.05 to 00:01:00.";
        if (SweepInterval < TimeSpan.FromSeconds(1) || SweepInterval > TimeSpan.FromDays(1))
            yield return "SweepInterval must be from 00:00:01 to 1.00:00:00.";
    }
}
