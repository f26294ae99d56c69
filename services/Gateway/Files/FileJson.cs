using System.Text.Json.Serialization;
using File = Millrace.Contracts.Sessions.V1.File;

namespace Millrace.Gateway.Files;

internal sealed record FileJson(
    string Id,
    string Object,
    long Bytes,
    long CreatedAt,
    long? ExpiresAt,
    string Filename,
    string Purpose,
    string Status,
    string? StatusDetails)
{
    public static FileJson Of(File file) => new(
        file.Id,
        "file",
        (long)file.SizeBytes,
        file.CreatedAt?.Seconds ?? 0,
        file.ExpiresAt?.Seconds,
        file.FileName,
        file.Purpose,
        "processed",
        null);
}

internal sealed record FileListJson(string Object, FileJson[] Data, string? FirstId, string? LastId, bool HasMore);

internal sealed record FileDeletedJson(string Id, string Object, bool Deleted);

/// <summary>Source-generated JSON of files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FileJson))]
[JsonSerializable(typeof(FileListJson))]
[JsonSerializable(typeof(FileDeletedJson))]
internal sealed partial class FileJsonContext : JsonSerializerContext;
