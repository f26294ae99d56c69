using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Gateway.Retrieval;

/// <summary>Step 7: finds the passages to answer from.</summary>
public sealed class ContextRetriever(
    RetrievalService.RetrievalServiceClient retrieval, IOptions<GatewayOptions> options, GatewayTelemetry telemetry)
{
    /// <summary>Most characters of a query.</summary>
    private const int QueryLengthMax = 8192;

    /// <summary>Finds passages for a question.</summary>
    /// <returns>The passages, best first; null when the answer needs none.</returns>
    /// <exception cref="MillraceException">A collection does not exist, or Retrieval cannot be reached.</exception>
    public async Task<RetrievedContext?> FindAsync(ChatRun run, string question, QueryVector? vector, CancellationToken cancellationToken)
    {
        if (run.Plan.Grounding is not { IsSmallTalk: false } grounding) return null;
        using var step = telemetry.Step("retrieve", run.Activity);
        step.Activity?.SetTag(GenAi.Attributes.OperationName, GenAi.Operations.Retrieval)
            .SetTag(GenAi.Attributes.DataSourceId, string.Join(',', grounding.Retrieval.Collections));
        if (string.IsNullOrWhiteSpace(question)) return new RetrievedContext([]);

        var response = await retrieval.BuildContextAsync(
            Request(grounding.Retrieval, question, vector), cancellationToken: cancellationToken);
        return new RetrievedContext([.. response.Passages.Select((passage, index) => Passage(passage.Passage, index + 1))]);
    }

    private BuildContextRequest Request(RetrievalSettings settings, string question, QueryVector? vector)
    {
        var search = new SearchRequest
        {
            Query = question.Length <= QueryLengthMax ? question : question[..QueryLengthMax],
            TopK = (uint)(settings.TopK ?? options.Value.TopK),
            Rerank = settings.Rerank switch { null => RerankMode.Unspecified, true => RerankMode.On, false => RerankMode.Off },
        };
        search.Collections.Add(settings.Collections);
        if (vector is not null)
        {
            search.QueryVector = vector.Values;
            search.QueryDimension = (uint)vector.Dimension;
        }

        return new BuildContextRequest { Search = search, TokensMax = (uint)options.Value.ContextTokensMax };
    }

    private static RetrievedPassage Passage(Passage passage, int number) => new(
        number,
        passage.Collection,
        passage.DocumentId,
        (int)passage.DocumentVersion,
        passage.Title,
        passage.Breadcrumb,
        passage.Text,
        (int)passage.Start);
}
