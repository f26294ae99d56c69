using System.Runtime.InteropServices;
using Google.Protobuf.WellKnownTypes;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Context;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;
using SearchMode = Millrace.Retrieval.Search.SearchMode;

namespace Millrace.Retrieval.Grpc;

/// <summary>Between the messages of a search and the core's own types.</summary>
internal static class SearchMapping
{
    public static SearchResult ToProto(this SearchHit hit, bool explain)
    {
        var result = new SearchResult { Passage = hit.Passage.ToProto(), Score = (float)hit.Score };
        if (explain) result.Stages.AddRange(hit.Stages.Select(ToProto));
        return result;
    }

    public static BuildContextResponse ToProto(this PackedContext context) => new()
    {
        Passages =
        {
            context.Hits.Select(
                (hit, i) => new ContextPassage { Number = (uint)(i + 1), Passage = hit.Passage.ToProto(), Score = (float)hit.Score }),
        },
        Text = context.Text,
        TokenCount = (uint)context.TokenCount,
        DroppedCount = (uint)context.DroppedCount,
    };

    public static SearchQuery ToQuery(this SearchRequest request, string tenant) => new()
    {
        Tenant = tenant,
        Collections = request.Collections,
        Text = request.Query,
        Vector = Vector(request),
        TopK = request.TopK == 0 ? 5 : RetrievalMapping.ToInt32(request.TopK),
        Candidates = Math.Max(request.Candidates == 0 ? 20 : RetrievalMapping.ToInt32(request.Candidates), Math.Min(100, RetrievalMapping.ToInt32(request.TopK))),
        Mode = request.Mode switch
        {
            Contracts.Retrieval.V1.SearchMode.Unspecified => null,
            Contracts.Retrieval.V1.SearchMode.Hybrid => SearchMode.Hybrid,
            Contracts.Retrieval.V1.SearchMode.Keyword => SearchMode.Keyword,
            Contracts.Retrieval.V1.SearchMode.Dense => SearchMode.Dense,
            _ => throw MillraceException.InvalidArgument("mode", $"mode {(int)request.Mode} is not known. Use hybrid, keyword or dense."),
        },
        Rerank = request.Rerank switch
        {
            RerankMode.Unspecified => null,
            RerankMode.Off => false,
            RerankMode.On => true,
            _ => throw MillraceException.InvalidArgument("rerank", $"rerank {(int)request.Rerank} is not known. Use on or off."),
        },
    };

    private static Passage ToProto(this StoredPassage passage) => new()
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

    private static Contracts.Retrieval.V1.StageScore ToProto(Search.StageScore stage) =>
        new() { Stage = stage.Stage, Rank = (uint)stage.Rank, Score = (float)stage.Score };

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
