using System.Runtime.InteropServices;
using Google.Protobuf.WellKnownTypes;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Proto = Millrace.Contracts.Retrieval.V1;
using SearchMode = Millrace.Retrieval.Search.SearchMode;
using TimeDecay = Millrace.Retrieval.Search.TimeDecay;

namespace Millrace.Retrieval.Grpc;

/// <summary>Between the messages of a search and the core's own types.</summary>
internal static class SearchMapping
{
    private const double DecayStrengthDefault = 0.5;

    /// <summary>What is asked, with the contract's defaults.</summary>
    public static SearchQuery ToQuery(this SearchRequest request, string tenant) => new()
    {
        Tenant = tenant,
        Collections = request.Collections,
        Text = request.Query,
        Vector = Vector(request),
        VectorModel = request.QueryVectorModel,
        Variants = [.. request.Variants.Select(ToWording)],
        TopK = Or(request.TopK, SearchQuery.TopKDefault),
        Candidates = Candidates(request),
        Mode = Mode(request.Mode),
        Rerank = Rerank(request.Rerank),
        Filter = new DocumentFilter(request.Filter.ToFilter(), request.AccessLabels.Within(CallContext.Current.Labels)),
        Fusion = Fusion(request.Fusion),
        ScoreMin = request.HasScoreMin ? request.ScoreMin : null,
        SimilarityMin = request.HasSimilarityMin ? request.SimilarityMin : null,
        DiversityLambda = request.HasDiversityLambda ? request.DiversityLambda : null,
        Decay = Decay(request.TimeDecay),
        CollectionsMax = RetrievalMapping.ToInt32(request.CollectionsMax),
        Exact = request.Exact,
        Explain = request.Explain,
    };

    /// <summary>The answer to a search.</summary>
    public static SearchResponse ToProto(this SearchOutcome outcome) => new()
    {
        Results = { outcome.Hits.Select(ToProto) }, Explanation = outcome.Explanation?.ToProto(), Degraded = { outcome.Degraded },
    };

    /// <summary>A passage.</summary>
    public static Passage ToProto(this StoredPassage passage) => new()
    {
        ChunkId = passage.ChunkId,
        Collection = passage.Document.Collection.Name,
        DocumentId = passage.Document.DocumentId,
        DocumentVersion = (uint)passage.DocumentVersion,
        Title = passage.Title,
        Breadcrumb = { passage.Breadcrumb },
        Text = passage.Text,
        Start = (uint)passage.Start,
        Length = (uint)passage.Text.Length,
        TokenCount = (uint)passage.TokenCount,
        MetadataJson = StoreJson.Of(passage.Attributes.Metadata),
        Ordinal = (uint)passage.Ordinal,
        UpdatedAt = passage.Attributes.UpdatedAt.ToTimestamp(),
    };

    /// <summary>How a search went.</summary>
    public static Proto.SearchExplanation ToProto(this Search.SearchExplanation explanation) => new()
    {
        Collections =
        {
            explanation.Collections.Select(
                routed => new Proto.RoutedCollection { Name = routed.Collection.Name, Similarity = (float)routed.Similarity }),
        },
        Stages = { explanation.Stages.Select(ToProto) },
        Degraded = { explanation.Degraded },
    };

    private static SearchResult ToProto(SearchHit hit) =>
        new() { Passage = hit.Passage.ToProto(), Score = (float)hit.Score, Stages = { hit.Stages.Select(ToProto) } };

    private static Proto.StageScore ToProto(Search.StageScore stage) =>
        new() { Stage = stage.Stage, Rank = (uint)stage.Rank, Score = (float)stage.Score };

    private static Proto.StageReport ToProto(Search.StageReport report) => new()
    {
        Stage = report.Stage,
        Collection = report.Collection,
        Plan = report.Plan,
        CandidateCount = (uint)report.CandidateCount,
        VisitedCount = (uint)report.VisitedCount,
        DurationMs = (float)report.Duration.TotalMilliseconds,
    };

    private static int Or(uint value, int whenZero) => value == 0 ? whenZero : RetrievalMapping.ToInt32(value);

    // Fewer candidates than passages would leave passages out that were asked for.
    private static int Candidates(SearchRequest request) =>
        Math.Max(Or(request.Candidates, SearchQuery.CandidatesDefault), Math.Min(100, RetrievalMapping.ToInt32(request.TopK)));

    private static SearchMode? Mode(Proto.SearchMode mode) => mode switch
    {
        Proto.SearchMode.Unspecified => null,
        Proto.SearchMode.Hybrid => SearchMode.Hybrid,
        Proto.SearchMode.Keyword => SearchMode.Keyword,
        Proto.SearchMode.Dense => SearchMode.Dense,
        _ => throw MillraceException.InvalidArgument("mode", $"mode {(int)mode} is not known. Use hybrid, keyword or dense."),
    };

    private static bool? Rerank(RerankMode rerank) => rerank switch
    {
        RerankMode.Unspecified => null,
        RerankMode.Off => false,
        RerankMode.On => true,
        _ => throw MillraceException.InvalidArgument("rerank", $"rerank {(int)rerank} is not known. Use on or off."),
    };

    private static QueryWording ToWording(QueryVariant variant) => variant.Kind is VariantKind.Query or VariantKind.HypotheticalPassage or 0
        ? new(variant.Text, variant.Kind == VariantKind.HypotheticalPassage, variant.Weight == 0 ? 1 : variant.Weight)
        : throw MillraceException.InvalidArgument(
            "variants", $"variants has the kind {(int)variant.Kind}, which is not known. Use query or hypothetical_passage.");

    private static FusionWish Fusion(FusionSettings? fusion) => fusion is null
        ? new FusionWish()
        : new FusionWish(
            fusion.Constant == 0 ? null : fusion.Constant,
            fusion.HasKeywordWeight ? fusion.KeywordWeight : null,
            fusion.HasDenseWeight ? fusion.DenseWeight : null,
            Method(fusion.Method));

    private static Index.FusionMethod? Method(Proto.FusionMethod method) => method switch
    {
        Proto.FusionMethod.Unspecified => null,
        Proto.FusionMethod.Rank => Index.FusionMethod.Rank,
        Proto.FusionMethod.Score => Index.FusionMethod.Score,
        _ => throw MillraceException.InvalidArgument("fusion.method", $"method {(int)method} is not known. Use rank or score."),
    };

    private static TimeDecay? Decay(Proto.TimeDecay? decay) => decay is null
        ? null
        : TimeDecay.Of(decay.HalfLifeDays, decay.Strength == 0 ? DecayStrengthDefault : decay.Strength, decay.Key);

    private static float[] Vector(SearchRequest request)
    {
        var bytes = request.QueryVector.Span;
        if (bytes.Length != request.QueryDimension * (long)sizeof(float))
            throw MillraceException.InvalidArgument(
                "query_vector", $"query_vector has {bytes.Length} bytes, which is not 4 for each of the {request.QueryDimension} "
                + "values of query_dimension.");
        var vector = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        if (vector.Any(value => !float.IsFinite(value)))
            throw MillraceException.InvalidArgument("query_vector", "query_vector has values that are not finite numbers.");
        return vector;
    }
}
