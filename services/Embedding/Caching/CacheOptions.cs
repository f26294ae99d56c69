using System.ComponentModel.DataAnnotations;

namespace Millrace.Embedding.Caching;

/// <summary>How long vectors are kept for texts that come again; section <c>Embedding:Cache</c>. Texts are never kept.</summary>
public sealed class CacheOptions
{
    /// <summary>Memory of the vectors and what is needed to find them; the least recently used ones go first. 0 keeps nothing.</summary>
    /// <value>Default 67,108,864 (64 MiB).</value>
    [Range(0L, 1L << 40, ErrorMessage = "Cache:BytesMax must be from 0 (nothing is kept) to 1,099,511,627,776.")]
    public long BytesMax { get; set; } = 64L << 20;

    /// <summary>How long a vector is kept after it was computed.</summary>
    /// <value>Default one hour.</value>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00", ErrorMessage = "Cache:TimeToLive must be from 1 second to 30 days.")]
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Whether each tenant finds only what it asked for itself. A vector is a function of model and text, so that a shared cache shows no
    /// tenant anything that it could not compute; but an answer that comes sooner shows that somebody embedded exactly this text lately.
    /// Turn it off only where all tenants may know that of each other.
    /// </summary>
    /// <value>Default true.</value>
    public bool PerTenant { get; set; } = true;
}
