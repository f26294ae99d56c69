using System.Diagnostics;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>What operators see of searches: spans, metrics and logs.</summary>
internal sealed class SearchSignals(RetrievalMetrics metrics, ILogger<SearchEngine> logger)
{
    /// <summary>Begins the span of a search.</summary>
    public Activity? Start(QueryPlan plan) => metrics.StartSearch(plan.Query.Collections, plan.Query.TopK);

    /// <summary>Measures a search until it is disposed.</summary>
    public SearchTimer Time(SearchMode mode) => metrics.TimeSearch(mode);

    /// <summary>A search is answered without one of its parts.</summary>
    public void Degraded(string what, Reason reason)
    {
        metrics.Degraded(what);
        SearchLog.Degraded(logger, what, reason);
    }
}
