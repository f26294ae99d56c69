using Millrace.Gateway.VectorStores;

namespace Millrace.Gateway.OpenApi;

/// <summary>Vector stores.</summary>
internal static class VectorStoresApi
{
    private const string All = "/v1/vector_stores";
    private const string One = All + "/{id}";
    private const string Files = One + "/files";
    private const string File = Files + "/{fileId}";
    private const string Batches = One + "/file_batches";
    private const string Batch = Batches + "/{batch}";

    private const string Attached =
        "attributes {string|number|boolean}|null\nchunking_strategy ChunkingStrategyRequest|null That of the store.";

    private static readonly ApiSchema Store = ApiSchema.Of(VectorStoreJsonContext.Default.VectorStoreJson);
    private static readonly ApiSchema FileSchema = ApiSchema.Of(VectorStoreJsonContext.Default.StoreFileJson);
    private static readonly ApiSchema FileList = ApiSchema.Of(VectorStoreJsonContext.Default.StoreFileListJson);
    private static readonly ApiSchema BatchSchema = ApiSchema.Of(VectorStoreJsonContext.Default.FileBatchJson);
    private static readonly ApiSchema Deleted = ApiSchema.Of(VectorStoreJsonContext.Default.StoreDeletedJson);

    /// <summary>The body of a new store.</summary>
    public static ApiSchema Create { get; } = ApiSchema.OfLines(
        "VectorStoreRequest",
        """
        name string|null What people call it.
        description string|null What it is about, for routing.
        file_ids [string]|null Files to put into it, up to 500.
        chunking_strategy ChunkingStrategyRequest|null
        metadata {string}|null Up to 16 texts.
        embedding_model string|null The embedding model; the default one without it.
        expires_after any Not supported.
        """);

    /// <summary>The body of a change.</summary>
    public static ApiSchema Update { get; } = ApiSchema.OfLines(
        "VectorStoreChange", "name string|null\nmetadata {string}|null\nexpires_after any Not supported.");

    /// <summary>The body of a file.</summary>
    public static ApiSchema Attach { get; } = ApiSchema.OfLines("VectorStoreFileRequest", "file_id! string\n" + Attached);

    /// <summary>The body of several files.</summary>
    public static ApiSchema AttachMany { get; } = ApiSchema.OfLines("VectorStoreFilesRequest", "file_ids! [string]\n" + Attached);

    /// <summary>The body of a search.</summary>
    public static ApiSchema Search { get; } = ApiSchema.OfLines(
        "VectorStoreSearch",
        """
        query! string|[string] What to search for; further texts are other wordings.
        max_num_results integer|null 1 to 50.
        filters Filter|null Which files are searched, by their attributes.
        ranking_options RankingOptions|null
        rewrite_query boolean|null false.
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", All, "Makes a store") { Request = Create, Response = Store },
        new("GET", All, "Lists stores")
        {
            Response = ApiSchema.Of(VectorStoreJsonContext.Default.VectorStoreListJson), Query = "limit:integer after before order",
        },
        new("GET", One, "Returns a store") { Response = Store },
        new("POST", One, "Changes a store") { Request = Update, Response = Store },
        new("DELETE", One, "Deletes a store") { Response = Deleted },
        new("POST", One + "/search", "Searches a store")
        {
            Request = Search, Response = ApiSchema.Of(VectorStoreJsonContext.Default.FoundPageJson),
        },
        new("POST", Files, "Puts a file into a store") { Request = Attach, Response = FileSchema },
        new("GET", Files, "Lists the files of a store") { Response = FileList, Query = "limit:integer after filter" },
        new("GET", File, "Returns a file of a store; with /content behind its id, its text") { Response = FileSchema },
        new("POST", File, "Changes the attributes of a file")
        {
            Request = ApiSchema.OfLines("AttributesRequest", "attributes! {string|number|boolean}"), Response = FileSchema,
        },
        new("DELETE", File, "Takes a file out of a store") { Response = Deleted },
        new("POST", Batches, "Puts several files into a store") { Request = AttachMany, Response = BatchSchema },
        new("GET", Batch, "Tells how far several files are") { Response = BatchSchema },
        new("POST", Batch + "/cancel", "Takes what waits out of the queue") { Response = BatchSchema },
        new("GET", Batch + "/files", "Lists the files of a batch") { Response = FileList, Query = "limit:integer after filter" },
    ];
}
