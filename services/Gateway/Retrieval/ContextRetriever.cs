using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.QueryWriting;
using Millrace.Gateway.Resilience;
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
    public async Task<RetrievedContext?> FindAsync(ChatRun run, WrittenQuery query, CancellationToken cancellationToken)
    {
        if (run.Plan.Grounding is not { IsSmallTalk: false } grounding) return null;
        using var step = telemetry.Step("retrieve", run);
        step.Activity?.SetTag(GenAi.Attributes.OperationName, GenAi.Operations.Retrieval)
            .SetTag(GenAi.Attributes.DataSourceId, string.Join(',', grounding.Retrieval.Collections));
        if (string.IsNullOrWhiteSpace(query.Question)) return new RetrievedContext([]);

        if (await SearchAsync(run, Request(grounding.Retrieval, query), cancellationToken) is not { } response) return GoOnWithout(run);
        foreach (var part in response.Degraded) run.Degrade(part);
        var context = new RetrievedContext([.. response.Passages.Select((passage, index) => Passage(passage.Passage, index + 1))]);
        run.Decide("retrieve", $"{context.Passages.Count} passages", Facts(grounding.Retrieval, query, context));
        return context;
    }

    /// <summary>Searches.</summary>
    /// <returns>What was found; null when Retrieval is absent and the operator has a chat go on all the same.</returns>
    private async Task<BuildContextResponse?> SearchAsync(ChatRun run, BuildContextRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await retrieval.BuildContextAsync(request, cancellationToken: cancellationToken)
                .InWordsOfTheCallerAsync(RetrievalRefusals.OfChat);
        }
        catch (MillraceException error)
            when (error.Reason is Reason.UpstreamUnavailable or Reason.DeadlineExceeded
                && options.Value.RetrievalFailOpen != RetrievalAbsence.Fail
                && !cancellationToken.IsCancellationRequested)
        {
            run.Decide("retrieve", "absent", new JsonObject { ["error"] = error.Reason.Info().Code });
            return null;
        }
    }

    // An answer without sources must not be held to any, nor be told to use them.
    private RetrievedContext? GoOnWithout(ChatRun run)
    {
        run.Degrade(DegradedModes.Retrieval);
        if (options.Value.RetrievalFailOpen == RetrievalAbsence.Refuse) return new RetrievedContext([]);
        run.Plan = run.Plan with { Grounding = null, Prompt = null };
        return null;
    }

    private BuildContextRequest Request(RetrievalSettings settings, WrittenQuery query) => new()
    {
        Search = Search(settings, query),
        TokensMax = (uint)options.Value.ContextTokensMax,
        Order = settings.Order ?? ContextOrder.Unspecified,
        NeighbourChunks = (uint)(settings.NeighbourChunks ?? 0),
    };

    private SearchRequest Search(RetrievalSettings settings, WrittenQuery query)
    {
        var search = new SearchRequest
        {
            Query = Texts.Shorten(query.Question, QueryLengthMax),
            TopK = (uint)(settings.TopK ?? options.Value.TopK),
            Rerank = settings.Rerank switch { null => RerankMode.Unspecified, true => RerankMode.On, false => RerankMode.Off },
            Filter = settings.Filter,
            TimeDecay = settings.TimeDecay,
            CollectionsMax = (uint)(settings.CollectionsMax ?? 0),
        };
        search.Collections.Add(settings.Collections);
        search.AccessLabels.Add(settings.AccessLabels ?? []);
        search.Variants.Add(query.Variants);
        if (settings.DiversityLambda is { } lambda) search.DiversityLambda = lambda;
        if (settings.ScoreMin is { } scoreMin) search.ScoreMin = scoreMin;
        if (query.Vector is { } vector)
        {
            search.QueryVector = vector.Values;
            search.QueryDimension = (uint)vector.Dimension;
            search.QueryVectorModel = vector.Model;
        }

        return search;
    }

    private static JsonObject Facts(RetrievalSettings settings, WrittenQuery query, RetrievedContext context) => new()
    {
        ["collections"] = new JsonArray([.. settings.Collections.Select(name => (JsonNode)name)]),
        ["by_meaning"] = query.Vector is not null,
        ["wordings"] = query.Variants.Count,
        ["passages"] = new JsonArray([.. context.Passages.Select(passage => (JsonNode)new JsonObject
        {
            ["number"] = passage.Number,
            ["collection"] = passage.Collection,
            ["document_id"] = passage.DocumentId,
            ["document_version"] = passage.DocumentVersion,
            ["start"] = passage.Start,
            ["length"] = passage.Text.Length,
        })]),
    };

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
