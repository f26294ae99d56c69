using Millrace.Gateway.Batches;
using Millrace.Gateway.Files;

namespace Millrace.Gateway.OpenApi;

/// <summary>Files and batches.</summary>
internal static class FilesApi
{
    private const string Files = "/v1/files";
    private const string File = Files + "/{id}";
    private const string Batches = "/v1/batches";
    private const string Batch = Batches + "/{id}";

    private static readonly ApiSchema FileSchema = ApiSchema.Of(FileJsonContext.Default.FileJson);
    private static readonly ApiSchema BatchSchema = ApiSchema.Of(BatchJsonContext.Default.BatchJson);

    /// <summary>The body of a new batch.</summary>
    public static ApiSchema BatchRequest { get; } = ApiSchema.OfLines(
        "BatchRequest",
        """
        input_file_id! string The file with the lines.
        endpoint! string The route that each line is for.
        completion_window! string 24h, or 1h to 168h.
        metadata {string}|null What the application says of it.
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", Files, "Uploads a file") { TakesForm = true, Response = FileSchema },
        new("GET", Files, "Lists files")
        {
            Response = ApiSchema.Of(FileJsonContext.Default.FileListJson), Query = "limit:integer after purpose order",
        },
        new("GET", File, "Returns what is known of a file") { Response = FileSchema },
        new("GET", File + "/content", "Returns a file's bytes") { OtherMedia = "application/octet-stream" },
        new("DELETE", File, "Deletes a file") { Response = ApiSchema.Of(FileJsonContext.Default.FileDeletedJson) },
        new("POST", Batches, "Makes a batch") { Request = BatchRequest, Response = BatchSchema },
        new("GET", Batches, "Lists batches")
        {
            Response = ApiSchema.Of(BatchJsonContext.Default.BatchListJson), Query = "limit:integer after",
        },
        new("GET", Batch, "Returns a batch") { Response = BatchSchema },
        new("POST", Batch + "/cancel", "Asks for the end of a batch") { Response = BatchSchema },
    ];
}
