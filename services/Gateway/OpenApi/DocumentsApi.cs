using Millrace.Gateway.Api.Documents;

namespace Millrace.Gateway.OpenApi;

/// <summary>Collections, documents and jobs.</summary>
internal static class DocumentsApi
{
    private const string Collections = "/v1/collections";
    private const string Collection = Collections + "/{name}";
    private const string Documents = Collection + "/documents";
    private const string Document = Documents + "/{id}";
    private const string Job = "/v1/jobs/{id}";

    private static readonly ApiSchema CollectionSchema = ApiSchema.Of(CollectionJsonContext.Default.CollectionJson);
    private static readonly ApiSchema DocumentSchema = ApiSchema.Of(DocumentJsonContext.Default.DocumentJson);
    private static readonly ApiSchema JobSchema = ApiSchema.Of(DocumentJsonContext.Default.JobJson);
    private static readonly ApiSchema Deleted = ApiSchema.Of(CollectionJsonContext.Default.DeletedJson);

    private static readonly ApiSchema NewCollection = ApiSchema.OfLines(
        "CollectionRequest",
        """
        name! string 1 to 64 letters, digits, hyphens, underscores and dots.
        embedding_model string|null The embedding model; the default one without it.
        dimension integer|null Length of the vectors.
        description string|null What it is about, for routing.
        chunking Chunking|null How documents are cut.
        """);

    private static readonly ApiSchema Reindexing = ApiSchema.OfLines(
        "ReindexRequest",
        """
        embedding_model string|null The new embedding model.
        dimension integer|null Length of the vectors.
        chunking Chunking|null How documents are cut.
        """);

    private static readonly ApiSchema DocumentChange = ApiSchema.OfLines(
        "DocumentChange",
        """
        metadata object|null What the application says of it.
        access_labels [string]|null Labels of which a caller must hold one.
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("GET", Collections, "Lists the collections") { Response = ApiSchema.Of(CollectionJsonContext.Default.CollectionListJson) },
        new("POST", Collections, "Makes a collection")
        {
            Request = NewCollection, Response = CollectionSchema, Status = StatusCodes.Status201Created,
        },
        new("GET", Collection, "Returns a collection") { Response = CollectionSchema },
        new("DELETE", Collection, "Deletes a collection") { Response = Deleted },
        new("POST", Collection + "/reindex", "Builds a collection's index anew")
        {
            Request = Reindexing, Response = CollectionSchema, Status = StatusCodes.Status202Accepted,
        },
        new("GET", Documents, "Lists documents")
        {
            Response = ApiSchema.Of(DocumentJsonContext.Default.DocumentListJson), Query = "limit:integer after state",
        },
        new("POST", Documents, "Uploads a form's documents") { TakesForm = true, Response = DocumentSchema, Query = "wait:boolean job_id" },
        new("PUT", Document, "Uploads a document") { Response = DocumentSchema, Query = "wait:boolean job_id" },
        new("POST", Document, "Uploads a document") { TakesForm = true, Response = DocumentSchema, Query = "wait:boolean job_id" },
        new("GET", Document, "Returns a document; with /text behind its id, a span of its text")
        {
            Response = DocumentSchema, Query = "version:integer start:integer length:integer",
        },
        new("PATCH", Document, "Changes what is said of a document") { Request = DocumentChange, Response = DocumentSchema },
        new("DELETE", Document, "Deletes a document") { Response = Deleted },
        new("POST", Collection + "/jobs", "Opens a job") { Response = JobSchema, Status = StatusCodes.Status201Created },
        new("GET", Collection + "/jobs", "Lists jobs")
        {
            Response = ApiSchema.Of(DocumentJsonContext.Default.JobListJson), Query = "limit:integer after",
        },
        new("GET", Job, "Returns a job") { Response = JobSchema },
        new("POST", Job + "/retry", "Queues the failed documents of a job again") { Response = JobSchema },
        new("POST", Job + "/cancel", "Takes what waits out of the queue") { Response = JobSchema },
    ];
}
