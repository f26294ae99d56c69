using System.Globalization;

namespace Millrace.Inference.Models.Memory;

/// <summary>What a model takes of the machine's memory, in bytes.</summary>
/// <param name="Weights">Its tensors.</param>
/// <param name="Cache">Keys and values of all cells, and the states of recurrent layers.</param>
/// <param name="Work">Buffers of the computation and its output.</param>
/// <param name="Cells">Cells of the cache.</param>
internal sealed record MemoryEstimate(long Weights, long Cache, long Work, int Cells)
{
    /// <summary>All of it.</summary>
    public long Total => Weights + Cache + Kept + Work;

    /// <summary>States of finished sequences, as many as may be kept in memory.</summary>
    public long Kept { get; init; }

    /// <summary>Two models together; they have the same cells.</summary>
    public static MemoryEstimate operator +(MemoryEstimate left, MemoryEstimate right) =>
        new(left.Weights + right.Weights, left.Cache + right.Cache, left.Work + right.Work, left.Cells) { Kept = left.Kept };

    /// <summary>Such as "5.1 GiB: 4.0 GiB weights + 0.9 GiB cache for 16,384 cells + 0.4 GiB kept states + 0.2 GiB work".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Text(Total)}: {Text(Weights)} weights + {Text(Cache)} cache for {Cells:N0} cells "
        + $"+ {Text(Kept)} kept states + {Text(Work)} work");

    /// <summary>A number of bytes for people.</summary>
    public static string Text(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, bytes) / (double)(1L << 20):0.0} MiB");
}
