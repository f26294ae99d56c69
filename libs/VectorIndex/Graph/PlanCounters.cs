namespace Millrace.VectorIndex.Graph;

/// <summary>Counts searches by the plan that they took.</summary>
internal sealed class PlanCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<SearchPlan>().Length];

    /// <summary>Counts one.</summary>
    public void Count(SearchPlan plan) => Interlocked.Increment(ref _counts[(int)plan]);

    /// <summary>The counts so far.</summary>
    public IReadOnlyDictionary<SearchPlan, long> Read() =>
        Enum.GetValues<SearchPlan>().ToDictionary(plan => plan, plan => Interlocked.Read(ref _counts[(int)plan]));
}
