using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Sessions.Explanations;

/// <summary>How long and how many explanations are kept; section <c>Sessions:Explanations</c>.</summary>
public sealed class ExplanationOptions : ISelfValidating
{
    /// <summary>How long an explanation is kept.</summary>
    /// <value>Default 24 hours.</value>
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Most explanations of all tenants; beyond it the oldest go at the next search.</summary>
    /// <value>Default 100,000.</value>
    [Range(1, 100_000_000, ErrorMessage = "CountMax must be from 1 to 100000000.")]
    public int CountMax { get; set; } = 100_000;

    /// <summary>Time between two searches for those that are due.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Most explanations that are deleted in one transaction.</summary>
    /// <value>Default 1,000.</value>
    [Range(1, 100_000, ErrorMessage = "SweepBatchMax must be from 1 to 100000.")]
    public int SweepBatchMax { get; set; } = 1000;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (KeptFor < TimeSpan.FromMinutes(1) || KeptFor > TimeSpan.FromDays(365))
            yield return "KeptFor must be from 00:01:00 to 365.00:00:00.";
        if (SweepInterval < TimeSpan.FromSeconds(1) || SweepInterval > TimeSpan.FromDays(1))
            yield return "SweepInterval must be from 00:00:01 to 1.00:00:00.";
    }
}
