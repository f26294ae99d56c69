using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Runs;

/// <summary>Answers that outlive their connection; section <c>Gateway:Runs</c>.</summary>
public sealed class RunsOptions : ISelfValidating
{
    /// <summary>Time after which a gateway that is not heard of counts as dead, so that another one goes on with its answers.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer with an <c>Idempotency-Key</c> goes on while nobody reads it.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan DetachedFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to an <c>Idempotency-Key</c> is kept.</summary>
    /// <value>Default 24 hours.</value>
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long responses are kept that are to be stored.</summary>
    /// <value>Default 30 days.</value>
    public TimeSpan ResponsesKeptFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Most answers of this kind that one gateway makes at a time.</summary>
    /// <value>Default 2,000.</value>
    [Range(1, 1_000_000, ErrorMessage = "LiveMax must be from 1 to 1,000,000.")]
    public int LiveMax { get; set; } = 2000;

    /// <summary>
    /// Time between two searches for answers in the background whose gateway has died, less or more up to half of it at random; zero leaves
    /// them to other gateways and to whoever asks for them.
    /// </summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most answers that one search takes over.</summary>
    /// <value>Default 16.</value>
    [Range(1, 256, ErrorMessage = "SweepMax must be from 1 to 256.")]
    public int SweepMax { get; set; } = 16;

    /// <summary>How often an answer is taken over; the next time it ends with an error, because it may be what stops gateways.</summary>
    /// <value>Default 10.</value>
    [Range(1, 1000, ErrorMessage = "TakeoversMax must be from 1 to 1000.")]
    public int TakeoversMax { get; set; } = 10;

    /// <summary>How long a reader waits for a store that went away while it reads.</summary>
    /// <value>Default 15 seconds.</value>
    public TimeSpan StoreWait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Most bytes of one answer, with what is kept for another gateway; less than the store takes.</summary>
    /// <value>Default 8 MiB.</value>
    [Range(64 * 1024, 1 << 30, ErrorMessage = "BytesMax must be from 64 KiB to 1 GiB.")]
    public int BytesMax { get; set; } = 8 * 1024 * 1024;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (Lease < TimeSpan.FromSeconds(1) || Lease > TimeSpan.FromMinutes(1)) yield return "Lease must be from 00:00:01 to 00:01:00.";
        if (DetachedFor < TimeSpan.Zero || DetachedFor > TimeSpan.FromDays(1))
            yield return "DetachedFor must be from 00:00:00 to 1.00:00:00.";
        if (SweepInterval < TimeSpan.Zero || SweepInterval > TimeSpan.FromHours(1))
            yield return "SweepInterval must be from 00:00:00, which turns it off, to 01:00:00.";
        if (StoreWait < TimeSpan.Zero || StoreWait > TimeSpan.FromMinutes(5)) yield return "StoreWait must be from 00:00:00 to 00:05:00.";
        foreach (var (name, value) in new[] { (nameof(KeptFor), KeptFor), (nameof(ResponsesKeptFor), ResponsesKeptFor) })
            if (value < TimeSpan.FromMinutes(1) || value > TimeSpan.FromDays(3650))
                yield return $"{name} must be from 00:01:00 to 3650.00:00:00.";
    }
}
