using System.Text.Json.Serialization;
using Google.Protobuf.WellKnownTypes;
using Millrace.Contracts.Sessions.V1;

namespace Millrace.Gateway.Batches;

internal sealed record BatchJson(
    string Id,
    string Object,
    string Endpoint,
    BatchErrorsJson? Errors,
    string InputFileId,
    string CompletionWindow,
    string Status,
    string? OutputFileId,
    string? ErrorFileId,
    long CreatedAt,
    long? InProgressAt,
    long ExpiresAt,
    long? FinalizingAt,
    long? CompletedAt,
    long? FailedAt,
    long? ExpiredAt,
    long? CancellingAt,
    long? CancelledAt,
    BatchCountsJson RequestCounts,
    Dictionary<string, string>? Metadata)
{
    public static BatchJson Of(Batch batch) => new(
        batch.Id,
        "batch",
        batch.Endpoint,
        batch.Errors.Count == 0 ? null : BatchErrorsJson.Of(batch.Errors),
        batch.InputFileId,
        $"{batch.WindowHours}h",
        StatusOf(batch.State),
        batch.OutputFileId.Length == 0 ? null : batch.OutputFileId,
        batch.ErrorFileId.Length == 0 ? null : batch.ErrorFileId,
        batch.CreatedAt.Seconds,
        At(batch, BatchState.InProgress),
        batch.ExpiresAt.Seconds,
        At(batch, BatchState.Finalizing),
        At(batch, BatchState.Completed),
        At(batch, BatchState.Failed),
        At(batch, BatchState.Expired),
        At(batch, BatchState.Cancelling),
        At(batch, BatchState.Cancelled),
        new BatchCountsJson((int)batch.TotalCount, (int)batch.CompletedCount, (int)batch.FailedCount),
        batch.Metadata.Count == 0 ? null : new Dictionary<string, string>(batch.Metadata));

    private static long? At(Batch batch, BatchState state) =>
        batch.ReachedAt.TryGetValue((int)state, out Timestamp? at) ? at.Seconds : null;

    private static string StatusOf(BatchState state) => state switch
    {
        BatchState.InProgress => "in_progress",
        _ => state.ToString().ToLowerInvariant(),
    };
}

internal sealed record BatchErrorsJson(string Object, BatchErrorJson[] Data)
{
    public static BatchErrorsJson Of(IEnumerable<BatchError> errors) => new("list", [.. errors.Select(error => new BatchErrorJson(
        error.Code, error.Message, error.Param.Length == 0 ? null : error.Param, error.Line == 0 ? null : (int)error.Line))]);
}

internal sealed record BatchErrorJson(string Code, string Message, string? Param, int? Line);

internal sealed record BatchCountsJson(int Total, int Completed, int Failed);

internal sealed record BatchListJson(string Object, BatchJson[] Data, string? FirstId, string? LastId, bool HasMore);

/// <summary>Source-generated JSON of batches.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BatchJson))]
[JsonSerializable(typeof(BatchListJson))]
internal sealed partial class BatchJsonContext : JsonSerializerContext;
