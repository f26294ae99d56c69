using Google.Protobuf.WellKnownTypes;
using V1 = Millrace.Contracts.Sessions.V1;

namespace Millrace.Sessions.Batches;

/// <summary>Batches in the contract's form.</summary>
internal static class BatchMapping
{
    public static V1.Batch ToProto(this Batch batch)
    {
        var message = new V1.Batch
        {
            Id = batch.Id,
            Endpoint = batch.Endpoint,
            InputFileId = batch.InputFile,
            WindowHours = (uint)batch.WindowHours,
            State = batch.Stage.ToProto(),
            OutputFileId = batch.OutputFile,
            ErrorFileId = batch.ErrorFile,
            TotalCount = (uint)batch.Counts.Total,
            CompletedCount = (uint)batch.Counts.Completed,
            FailedCount = (uint)batch.Counts.Failed,
            CreatedAt = Timestamp.FromDateTimeOffset(batch.CreatedAt),
            ExpiresAt = Timestamp.FromDateTimeOffset(batch.ExpiresAt),
        };
        foreach (var (key, value) in batch.Metadata) message.Metadata[key] = value;
        foreach (var (stage, at) in batch.Reached)
            message.ReachedAt[stage] = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds(at));
        message.Errors.Add(batch.Errors.Select(ToProto));
        return message;
    }

    public static V1.BatchState ToProto(this BatchStage stage) => (V1.BatchState)(int)stage;

    public static LineError ToCore(this V1.BatchError error) => new(error.Code, error.Message, error.Param, (int)error.Line);

    private static V1.BatchError ToProto(LineError error) =>
        new() { Code = error.Code, Message = error.Message, Param = error.Param, Line = (uint)error.Line };
}
