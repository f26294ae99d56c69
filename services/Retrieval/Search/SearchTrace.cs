using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Search;

/// <summary>How a search went.</summary>
/// <param name="Collections">Collections that were searched, with their similarity to the query when they were chosen by it.</param>
/// <param name="Stages">Stages in order.</param>
/// <param name="Degraded">What was missing.</param>
internal sealed record SearchExplanation(
    IReadOnlyList<RoutedCollection> Collections, IReadOnlyList<StageReport> Stages, IReadOnlyList<string> Degraded);

/// <summary>A collection that was searched.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="Similarity">Cosine similarity of its description to the query; 0 when it was not asked for.</param>
internal sealed record RoutedCollection(SearchedCollection Collection, double Similarity);

/// <summary>One stage of a search.</summary>
internal sealed record StageReport
{
    /// <summary>Name of the stage.</summary>
    public required string Stage { get; init; }

    /// <summary>Name of the collection; empty for stages over all.</summary>
    public string Collection { get; init; } = "";

    /// <summary>How it was done; empty where there is one way only.</summary>
    public string Plan { get; init; } = "";

    /// <summary>Candidates that came out of it.</summary>
    public int CandidateCount { get; init; }

    /// <summary>Vectors that were compared.</summary>
    public int VisitedCount { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}

/// <summary>Collects what a search tells of itself. When nobody asked, it keeps nothing and takes no time. Not for several threads at
/// once.</summary>
internal sealed class SearchTrace(TimeProvider time, bool isOn)
{
    private readonly List<Ranking> _rankings = [];
    private readonly List<StageReport> _reports = [];
    private readonly List<string> _degraded = [];

    /// <summary>Whether anybody asked.</summary>
    public bool IsOn => isOn;

    /// <summary>What was missing; kept whether or not anybody asked.</summary>
    public IReadOnlyList<string> Degraded => _degraded;

    /// <summary>The beginning of a stage.</summary>
    public long Start() => isOn ? time.GetTimestamp() : 0;

    /// <summary>Time since the beginning of a stage.</summary>
    public TimeSpan Since(long start) => isOn ? time.GetElapsedTime(start) : TimeSpan.Zero;

    /// <summary>A stage over all collections is done.</summary>
    public void Done(long start, Ranking ranking, string plan = "")
    {
        if (!isOn) return;
        Ranked(ranking);
        Report(new StageReport
        {
            Stage = ranking.Stage, Plan = plan, CandidateCount = ranking.Chunks.Count, Duration = time.GetElapsedTime(start),
        });
    }

    /// <summary>A stage's order of all collections' chunks.</summary>
    public void Ranked(Ranking ranking)
    {
        if (isOn) _rankings.Add(ranking);
    }

    /// <summary>A stage is done.</summary>
    public void Report(StageReport report)
    {
        if (isOn) _reports.Add(report);
    }

    /// <summary>Something was missing, and the answer is given without it.</summary>
    public void Missed(string what)
    {
        if (!_degraded.Contains(what)) _degraded.Add(what);
    }

    /// <summary>The passages with their ranks and scores.</summary>
    public IReadOnlyList<SearchHit> Hits(IReadOnlyList<Candidate> candidates)
    {
        var places = _rankings.ConvertAll(ranking => ranking.Chunks.Select((chunk, i) => (chunk.Chunk, i)).ToDictionary());
        return [.. candidates.Select(one => new SearchHit(one.Passage, one.Score, Stages(places, one.Passage.Row)))];
    }

    /// <summary>What is told; null when nobody asked.</summary>
    public SearchExplanation? Explanation(IReadOnlyList<RoutedCollection> collections) =>
        isOn ? new SearchExplanation(collections, _reports, _degraded) : null;

    private List<StageScore> Stages(List<Dictionary<long, int>> places, long chunk)
    {
        List<StageScore> stages = [];
        for (var i = 0; i < places.Count; i++)
            if (places[i].TryGetValue(chunk, out var place))
                stages.Add(new StageScore(_rankings[i].Stage, place + 1, _rankings[i].Chunks[place].Score));
        return stages;
    }
}
