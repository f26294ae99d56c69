using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Batches;

/// <summary>How this gateway works on batches; section <c>Gateway:Batches</c>.</summary>
public sealed class BatchOptions : ISelfValidating
{
    /// <summary>Batches that this gateway works on side by side; 0 leaves them to other gateways.</summary>
    /// <value>Default 2.</value>
    [Range(0, 64, ErrorMessage = "BatchesAtOnce must be from 0, which leaves them to others, to 64.")]
    public int BatchesAtOnce { get; set; } = 2;

    /// <summary>Lines of one batch that run side by side.</summary>
    /// <value>Default 4.</value>
    [Range(1, 256, ErrorMessage = "LinesAtOnce must be from 1 to 256.")]
    public int LinesAtOnce { get; set; } = 4;

    /// <summary>Most lines of a batch.</summary>
    /// <value>Default 50,000.</value>
    [Range(1, 1_000_000, ErrorMessage = "LinesMax must be from 1 to 1000000.")]
    public int LinesMax { get; set; } = 50_000;

    /// <summary>How often a line is tried that failed because of a lack of capacity or a service that was away.</summary>
    /// <value>Default 6.</value>
    [Range(1, 100, ErrorMessage = "AttemptsMax must be from 1 to 100.")]
    public int AttemptsMax { get; set; } = 6;

    /// <summary>Time between two searches for work.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time after which another gateway takes over from one that died.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time after which the batch that has waited longest gets its turn.</summary>
    /// <value>Default 1 minute.</value>
    public TimeSpan Turn { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (PollInterval < TimeSpan.FromMilliseconds(100) || PollInterval > TimeSpan.FromHours(1))
            yield return "PollInterval must be from 00:00:00.1 to 01:00:00.";
        if (LeaseTime < TimeSpan.FromSeconds(5) || LeaseTime > TimeSpan.FromHours(1))
            yield return "LeaseTime must be from 00:00:05 to 01:00:00.";
        if (Turn < TimeSpan.FromSeconds(1) || Turn > TimeSpan.FromDays(1)) yield return "Turn must be from 00:00:01 to 1.00:00:00.";
    }
}
