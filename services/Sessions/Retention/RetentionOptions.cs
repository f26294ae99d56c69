using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Sessions.Retention;

/// <summary>How long conversations are kept; section <c>Sessions:Retention</c>.</summary>
public sealed class RetentionOptions : ISelfValidating
{
    private const int DaysMax = 36_500;

    /// <summary>Days after the last message until a conversation is deleted; 0 keeps it.</summary>
    /// <value>Default 0.</value>
    [Range(0, DaysMax, ErrorMessage = "Days must be from 0, which keeps everything, to 36,500.")]
    public int Days { get; set; }

    /// <summary>Days for tenants that have their own, by name; 0 keeps theirs.</summary>
    public IDictionary<string, int> Tenants { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Time between two searches for conversations that are due.</summary>
    /// <value>Default 1 hour.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Most conversations that are deleted in one transaction.</summary>
    /// <value>Default 100.</value>
    [Range(1, 10_000, ErrorMessage = "BatchMax must be from 1 to 10,000.")]
    public int BatchMax { get; set; } = 100;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (Interval < TimeSpan.FromSeconds(1) || Interval > TimeSpan.FromDays(7))
            yield return "Interval must be from 00:00:01 to 7.00:00:00.";
        foreach (var (tenant, days) in Tenants)
            if (days is < 0 or > DaysMax) yield return $"Tenants:{tenant} must be from 0, which keeps everything, to {DaysMax} days.";
    }
}
