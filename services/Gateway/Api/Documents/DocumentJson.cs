using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Gateway.Api.Documents;

internal sealed record DocumentJson(
    string Object,
    string Id,
    string Collection,
    string Title,
    string MediaType,
    long SizeBytes,
    string Sha256,
    int Version,
    int ChunkCount,
    string State,
    ProgressJson Progress,
    int Attempts,
    string? Error,
    string? JobId,
    long UpdatedAt,
    JsonElement Metadata,
    string[] AccessLabels)
{
    public static DocumentJson Of(Document document) => new(
        "document",
        document.Id,
        document.Collection,
        document.Title,
        document.MediaType,
        (long)document.SizeBytes,
        document.Sha256,
        (int)document.Version,
        (int)document.ChunkCount,
        DocumentStates.Name(document.State),
        new ProgressJson((int)document.ChunksDone, (int)document.ChunksTotal),
        (int)document.Attempts,
        document.Error.Length == 0 ? null : document.Error,
        document.JobId.Length == 0 ? null : document.JobId,
        document.UpdatedAt?.Seconds ?? 0,
        MetadataJson.Parse(document.MetadataJson, document.Metadata),
        [.. document.AccessLabels]);
}

internal sealed record ProgressJson(int ChunksDone, int ChunksTotal);

internal sealed record DocumentListJson(string Object, DocumentJson[] Data, bool HasMore, string? NextPageToken);

internal sealed record TextJson(
    string Object,
    string Collection,
    string DocumentId,
    string Title,
    int Version,
    int? CurrentVersion,
    int Start,
    int TextLength,
    string Text);

internal sealed record UploadedFileJson(string FileName, DocumentJson? Document, UploadErrorJson? Error);

internal sealed record UploadErrorJson(string Message, string? Param, string Code);

internal sealed record UploadedFilesJson(string Object, JobJson Job, UploadedFileJson[] Data);

/// <summary>What an application said of a document, as a JSON object.</summary>
internal static class MetadataJson
{
    /// <summary>The object; where only texts are known, one of these.</summary>
    public static JsonElement Parse(string json, IDictionary<string, string>? texts = null)
    {
        if (json.Length > 0)
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }

        return JsonSerializer.SerializeToElement(
            (texts ?? new Dictionary<string, string>()).ToDictionary(), DocumentJsonContext.Default.DictionaryStringString);
    }
}

/// <summary>The names of states in the API.</summary>
internal static class DocumentStates
{
    public static string Name(DocumentState state) => state switch
    {
        DocumentState.Queued => "queued",
        DocumentState.Processing => "processing",
        DocumentState.Ready => "ready",
        DocumentState.Failed => "failed",
        _ => "unknown",
    };

    /// <summary>The state of a name; null when there is none of that name.</summary>
    public static DocumentState? Find(string name) => Enum.GetValues<DocumentState>()
        .Where(state => state != DocumentState.Unspecified && Name(state) == name)
        .Cast<DocumentState?>()
        .FirstOrDefault();
}

/// <summary>Source-generated JSON of documents and jobs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DocumentJson))]
[JsonSerializable(typeof(DocumentListJson))]
[JsonSerializable(typeof(TextJson))]
[JsonSerializable(typeof(UploadedFilesJson))]
[JsonSerializable(typeof(JobJson))]
[JsonSerializable(typeof(JobListJson))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class DocumentJsonContext : JsonSerializerContext;
