using System.Collections.Frozen;
using System.Text.Json;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Search;

/// <summary>
/// The bodies of <c>POST /v1/search</c> and <c>POST /v1/context</c>. What is not in the tables is refused by name; null means absent.
/// </summary>
internal static class SearchRequestReader
{
    private const int QueryCharsMax = 8192;
    private const int VariantsMax = 8;
    private const double FusionConstantMax = 10_000;

    private static readonly FrozenDictionary<string, Action<SearchRequest, JsonField>> Search =
        new Dictionary<string, Action<SearchRequest, JsonField>>
        {
            ["collections"] = (search, field) => search.Collections.Add(RetrievalFields.Collections(field)),
            ["query"] = (search, field) => search.Query = field.Text(QueryCharsMax),
            ["top_k"] = (search, field) => search.TopK = RetrievalFields.Count(field, 1, 100),
            ["candidates"] = (search, field) => search.Candidates = RetrievalFields.Count(field, 1, 1000),
            ["mode"] = (search, field) => search.Mode = Mode(field),
            ["rerank"] = (search, field) => search.Rerank = field.Boolean() ? RerankMode.On : RerankMode.Off,
            ["filter"] = (search, field) => search.Filter = FilterReader.Read(field),
            ["access_labels"] = (search, field) => search.AccessLabels.Add(RetrievalFields.Labels(field)),
            ["variants"] = (search, field) => search.Variants.Add(field.Items(0, VariantsMax).Select(Variant)),
            ["fusion"] = (search, field) => search.Fusion = Fusion(field),
            ["score_min"] = (search, field) => search.ScoreMin = RetrievalFields.Real(field),
            ["similarity_min"] = (search, field) => search.SimilarityMin = RetrievalFields.Real(field, -1, 1),
            ["diversity_lambda"] = (search, field) => search.DiversityLambda = RetrievalFields.Real(field, 0, 1),
            ["time_decay"] = (search, field) => search.TimeDecay = RetrievalFields.TimeDecay(field),
            ["collections_max"] = (search, field) => search.CollectionsMax = RetrievalFields.Count(field, 1, 16),
            ["explain"] = (search, field) => search.Explain = field.Boolean(),
            ["exact"] = (search, field) => search.Exact = field.Boolean(),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Action<BuildContextRequest, JsonField>> Context =
        new Dictionary<string, Action<BuildContextRequest, JsonField>>
        {
            ["tokens_max"] = (context, field) => context.TokensMax = RetrievalFields.Count(field, 1, 1 << 20),
            ["order"] = (context, field) => context.Order = RetrievalFields.Order(field),
            ["neighbour_chunks"] = (context, field) => context.NeighbourChunks = RetrievalFields.Count(field, 0, 8),
            ["keep_overlaps"] = (context, field) => context.KeepOverlaps = field.Boolean(),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The parameters of a search.</summary>
    public static IEnumerable<string> SearchNames => Search.Keys;

    /// <summary>The parameters of a context beside those of its search.</summary>
    public static IEnumerable<string> ContextNames => Context.Keys;

    /// <summary>Reads a search.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or not known; the exception names it.</exception>
    public static SearchRequest ReadSearch(JsonElement body)
    {
        var request = new SearchRequest();
        foreach (var field in JsonField.Root(body).Properties()) Set(request, field);
        return Checked(request);
    }

    /// <summary>Reads a search and how its results are packed.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or not known; the exception names it.</exception>
    public static BuildContextRequest ReadContext(JsonElement body)
    {
        var request = new BuildContextRequest { Search = new SearchRequest() };
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (!Context.TryGetValue(field.Name, out var read)) Set(request.Search, field);
            else if (!field.IsNull) read(request, field);
        }

        Checked(request.Search);
        return request;
    }

    private static void Set(SearchRequest request, JsonField field)
    {
        if (!Search.TryGetValue(field.Name, out var read)) throw field.Unknown();
        if (!field.IsNull) read(request, field);
    }

    private static SearchRequest Checked(SearchRequest request)
    {
        if (request.Collections.Count == 0)
            throw MillraceException.InvalidArgument("collections", "'collections' is missing. Name 1 to 16 collections to search.");
        return !string.IsNullOrWhiteSpace(request.Query)
            ? request
            : throw MillraceException.InvalidArgument("query", "'query' is missing or blank. Say what to search for.");
    }

    private static SearchMode Mode(JsonField field) => field.Text() switch
    {
        "hybrid" => SearchMode.Hybrid,
        "keyword" => SearchMode.Keyword,
        "dense" => SearchMode.Dense,
        _ => throw field.Invalid("must be hybrid, keyword or dense"),
    };

    private static QueryVariant Variant(JsonField variant)
    {
        var result = new QueryVariant { Kind = VariantKind.Query };
        foreach (var field in variant.Properties().Where(field => !field.IsNull))
        {
            if (field.Name == "text") result.Text = RetrievalFields.NotEmpty(field, QueryCharsMax);
            else if (field.Name == "kind") result.Kind = Kind(field);
            else if (field.Name == "weight") result.Weight = RetrievalFields.Above0(field, RetrievalFields.WeightMax);
            else throw field.Unknown();
        }

        return result.Text.Length > 0 ? result : throw variant.Missing("text");
    }

    private static VariantKind Kind(JsonField field) => field.Text() switch
    {
        "query" => VariantKind.Query,
        "hypothetical_passage" => VariantKind.HypotheticalPassage,
        _ => throw field.Invalid("must be query or hypothetical_passage"),
    };

    private static FusionMethod Method(JsonField field) => field.Text() switch
    {
        "rank" => FusionMethod.Rank,
        "score" => FusionMethod.Score,
        _ => throw field.Invalid("must be rank or score"),
    };

    private static FusionSettings Fusion(JsonField fusion)
    {
        var settings = new FusionSettings();
        foreach (var field in fusion.Properties().Where(field => !field.IsNull))
        {
            if (field.Name == "constant") settings.Constant = RetrievalFields.Above0(field, FusionConstantMax);
            else if (field.Name == "keyword_weight") settings.KeywordWeight = RetrievalFields.Real(field, 0, RetrievalFields.WeightMax);
            else if (field.Name == "dense_weight") settings.DenseWeight = RetrievalFields.Real(field, 0, RetrievalFields.WeightMax);
            else if (field.Name == "method") settings.Method = Method(field);
            else throw field.Unknown();
        }

        return settings;
    }
}
