using Millrace.Bench.Harness;

namespace Millrace.Bench.Load;

/// <summary>What one round of streams took.</summary>
internal sealed record LoadResult
{
    /// <summary>From the first request to the last token.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Tokens generated, all streams together.</summary>
    public required int Tokens { get; init; }

    /// <summary>Milliseconds from the round's beginning, or the stream's own, to its first token; one per stream.</summary>
    public required IReadOnlyList<double> FirstTokenMs { get; init; }

    /// <summary>Processor time of the process that computes.</summary>
    public TimeSpan CpuTime { get; init; }

    /// <summary>Calls of the model; 0 when unknown.</summary>
    public long Steps { get; init; }

    /// <summary>Prompt tokens that came from a cache, all streams together.</summary>
    public long CachedTokens { get; init; }

    /// <summary>The tokens of each stream; empty when unknown.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Ids { get; init; } = [];

    /// <summary>Milliseconds of the whole round.</summary>
    public double ElapsedMs => Elapsed.TotalMilliseconds;

    /// <summary>Tokens per second, all streams together, prompts included in the time.</summary>
    public double TokensPerSecond => Tokens / Elapsed.TotalSeconds;

    /// <summary>Processor milliseconds for each token.</summary>
    public double CpuMsPerToken => CpuTime.TotalMilliseconds / Tokens;

    /// <summary>Microseconds of each call of the model, with all that is done between two.</summary>
    public double StepUs => Elapsed.TotalMicroseconds / Math.Max(1, Steps);

    /// <summary>Percentile of the time to the first token, over the streams.</summary>
    public double FirstToken(double share) => new Samples(FirstTokenMs).Percentile(share);

    /// <summary>
    /// Share of tokens up to the first in which a stream differs from the other's. Sums in another order round differently, so that where
    /// two tokens are nearly as probable two correct runs part; work that is not the same parts at once.
    /// </summary>
    public double SameAs(LoadResult other) => Ids.Zip(other.Ids, SameTokens).Sum() / (double)Tokens;

    private static int SameTokens(IReadOnlyList<int> mine, IReadOnlyList<int> its) =>
        mine.Zip(its).TakeWhile(pair => pair.First == pair.Second).Count();
}
