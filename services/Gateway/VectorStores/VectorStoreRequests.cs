using System.Text.Json;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Search;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.VectorStores;

/// <summary>A new store, and the files to put into it.</summary>
/// <param name="Collection">The collection that it is.</param>
/// <param name="FileIds">Ids of files.</param>
internal sealed record NewVectorStore(CreateCollectionRequest Collection, IReadOnlyList<string> FileIds);

/// <summary>Files to put into a store.</summary>
/// <param name="FileIds">Ids of files.</param>
/// <param name="Attributes">What is said of each: a JSON object; empty for nothing.</param>
/// <param name="Chunking">How they are to be cut, if the request says.</param>
internal sealed record NewStoreFiles(IReadOnlyList<string> FileIds, string Attributes, JsonField? Chunking);

/// <summary>The bodies of requests about vector stores. What is not known is refused by name; null means absent.</summary>
internal static class VectorStoreRequests
{
    private const int QueryCharsMax = 8192;

    /// <summary>Parameters of a new store.</summary>
    public static IEnumerable<string> CreateNames { get; } =
        ["name", "description", "file_ids", "chunking_strategy", "metadata", "expires_after", "embedding_model"];

    /// <summary>Parameters of a change.</summary>
    public static IEnumerable<string> UpdateNames { get; } = ["name", "metadata", "expires_after"];

    /// <summary>Parameters of a file.</summary>
    public static IEnumerable<string> FileNames { get; } = ["file_id", "attributes", "chunking_strategy"];

    /// <summary>Parameters of several files.</summary>
    public static IEnumerable<string> FilesNames { get; } = ["file_ids", "attributes", "chunking_strategy"];

    /// <summary>Parameters of a search.</summary>
    public static IEnumerable<string> SearchNames { get; } = ["query", "max_num_results", "filters", "ranking_options", "rewrite_query"];

    /// <summary>Reads a new store.</summary>
    public static NewVectorStore ReadNew(JsonElement body)
    {
        var collection = new CreateCollectionRequest { Name = $"vs_{Guid.CreateVersion7():n}" };
        IReadOnlyList<string> files = [];
        foreach (var field in Known(body, CreateNames))
        {
            switch (field.Name)
            {
                case "name": collection.Title = VectorStoreFields.Name(field); break;
                case "description": collection.Description = field.Text(1024); break;
                case "file_ids": files = VectorStoreFields.FileIds(field); break;
                case "chunking_strategy": collection.Chunking = VectorStoreFields.Chunking(field); break;
                case "metadata": collection.MetadataJson = VectorStoreFields.Metadata(field); break;
                case "embedding_model": collection.EmbeddingModel = field.Text(256); break;
                default: VectorStoreFields.RequireNoExpiry(field); break;
            }
        }

        return new NewVectorStore(collection, files);
    }

    /// <summary>Reads a change of a store.</summary>
    public static UpdateCollectionRequest ReadUpdate(JsonElement body, string id)
    {
        var request = new UpdateCollectionRequest { Name = id };
        foreach (var field in Known(body, UpdateNames))
        {
            if (field.Name == "name") request.Title = VectorStoreFields.Name(field);
            else if (field.Name == "metadata") request.MetadataJson = VectorStoreFields.Metadata(field);
            else VectorStoreFields.RequireNoExpiry(field);
        }

        return request;
    }

    /// <summary>Reads a file, or several.</summary>
    public static NewStoreFiles ReadFiles(JsonElement body, bool several)
    {
        var files = new NewStoreFiles([], string.Empty, null);
        foreach (var field in Known(body, several ? FilesNames : FileNames))
        {
            files = field.Name switch
            {
                "file_id" => files with { FileIds = [VectorStoreFields.FileId(field)] },
                "file_ids" => files with { FileIds = VectorStoreFields.FileIds(field) },
                "attributes" => files with { Attributes = VectorStoreFields.Attributes(field) },
                _ => files with { Chunking = field },
            };
        }

        var name = several ? "file_ids" : "file_id";
        return files.FileIds.Count > 0
            ? files
            : throw MillraceException.InvalidArgument(name, $"'{name}' is missing. Upload a file first.");
    }

    /// <summary>Reads new attributes of a file.</summary>
    public static string ReadAttributes(JsonElement body)
    {
        string? attributes = null;
        foreach (var field in Known(body, ["attributes"])) attributes = VectorStoreFields.Attributes(field);
        return attributes ?? throw MillraceException.InvalidArgument("attributes", "'attributes' is missing. Send {} for none.");
    }

    /// <summary>Reads a search; further queries are other wordings of the first.</summary>
    public static SearchRequest ReadSearch(JsonElement body, string id)
    {
        var search = new SearchRequest { Collections = { id }, TopK = 10 };
        foreach (var field in Known(body, SearchNames))
        {
            switch (field.Name)
            {
                case "query": ReadQuery(search, field); break;
                case "max_num_results": search.TopK = (uint)field.Integer(1, 50); break;
                case "filters": search.Filter = FilterReader.Read(field); break;
                case "ranking_options": ReadRanking(search, field); break;
                default: RequireNoRewriting(field); break;
            }
        }

        return !string.IsNullOrWhiteSpace(search.Query)
            ? search
            : throw MillraceException.InvalidArgument("query", "'query' is missing or blank. Say what to search for.");
    }

    private static IEnumerable<JsonField> Known(JsonElement body, IEnumerable<string> names)
    {
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (!names.Contains(field.Name)) throw field.Unknown();
            if (!field.IsNull) yield return field;
        }
    }

    private static void ReadQuery(SearchRequest search, JsonField field)
    {
        var queries = field.Kind == JsonValueKind.Array ? field.Items(1, 9) : [field];
        search.Query = queries[0].Text(QueryCharsMax);
        search.Variants.Add(queries.Skip(1).Select(
            query => new QueryVariant { Kind = VariantKind.Query, Text = RetrievalFields.NotEmpty(query, QueryCharsMax) }));
    }

    private static void ReadRanking(SearchRequest search, JsonField ranking)
    {
        foreach (var field in ranking.Properties().Where(field => !field.IsNull))
        {
            if (field.Name == "score_threshold") search.ScoreMin = (float)field.Number(0, 1);
            else if (field.Name != "ranker") throw field.Unknown();
            else search.Rerank = Ranker(field);
        }
    }

    private static RerankMode Ranker(JsonField field) => field.Text() switch
    {
        "none" => RerankMode.Off,
        "auto" or "default-2024-11-15" => RerankMode.Unspecified,
        _ => throw field.Unsupported("is supported as \"auto\", \"none\" or \"default-2024-11-15\" only."),
    };

    private static void RequireNoRewriting(JsonField field)
    {
        if (field.Boolean()) throw field.Unsupported("is supported as false only. Send several wordings as 'query' instead.");
    }
}
