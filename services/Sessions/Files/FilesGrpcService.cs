using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using File = Millrace.Contracts.Sessions.V1.File;

namespace Millrace.Sessions.Files;

/// <summary>Speaks gRPC for files.</summary>
internal sealed class FilesGrpcService(FileService files) : FilesService.FilesServiceBase
{
    private const int PieceBytesMax = 1024 * 1024;
    private const int Page = 1000;
    private const int PageMax = 10_000;

    private static string Tenant => CallContext.Current.Tenant;

    public override async Task<UploadFileResponse> UploadFile(
        IAsyncStreamReader<UploadFileRequest> requestStream, ServerCallContext context)
    {
        var upload = await files.BeginAsync(Tenant, context.CancellationToken);
        try
        {
            var header = await ReceiveAsync(upload, requestStream, context.CancellationToken);
            var said = new FileDescription(header.FileName, header.Purpose, header.MediaType, header.ExpiresAfterSeconds);
            var stored = await files.CompleteAsync(upload, said, context.CancellationToken);
            return new UploadFileResponse { File = Describe(stored) };
        }
        catch
        {
            await files.AbandonAsync(upload);
            throw;
        }
    }

    public override async Task<GetFileResponse> GetFile(GetFileRequest request, ServerCallContext context)
    {
        var found = await files.GetAsync(Tenant, request.FileId, context.CancellationToken);
        return new GetFileResponse { File = Describe(found.File) };
    }

    public override async Task<ListFilesResponse> ListFiles(ListFilesRequest request, ServerCallContext context)
    {
        var after = request.AfterFileId.Length == 0
            ? (long?)null
            : (await files.GetAsync(Tenant, request.AfterFileId, context.CancellationToken)).Number;
        var limit = request.PageSize == 0 ? Page : (int)Math.Min(request.PageSize, PageMax);
        var (found, more) = await files.ListAsync(
            Tenant, new FilePage(request.Purpose, after, request.Ascending, limit), context.CancellationToken);
        return new ListFilesResponse { Files = { found.Select(Describe) }, HasMore = more };
    }

    public override async Task ReadFile(
        ReadFileRequest request, IServerStreamWriter<ReadFileResponse> responseStream, ServerCallContext context)
    {
        var found = await files.GetAsync(Tenant, request.FileId, context.CancellationToken);
        await foreach (var piece in files.ReadAsync(found, context.CancellationToken))
        {
            var answer = new ReadFileResponse { Content = UnsafeByteOperations.UnsafeWrap(piece) };
            await responseStream.WriteAsync(answer, context.CancellationToken);
        }
    }

    public override async Task<DeleteFileResponse> DeleteFile(DeleteFileRequest request, ServerCallContext context)
    {
        await files.DeleteAsync(Tenant, request.FileId, context.CancellationToken);
        return new DeleteFileResponse();
    }

    private async Task<FileHeader> ReceiveAsync(
        Upload upload, IAsyncStreamReader<UploadFileRequest> messages, CancellationToken cancellationToken)
    {
        FileHeader? header = null;
        while (await messages.MoveNext(cancellationToken))
        {
            var message = messages.Current;
            if (message.MessageCase == UploadFileRequest.MessageOneofCase.Header) header = message.Header;
            else if (message.Content.Length > PieceBytesMax)
                throw MillraceException.InvalidArgument("content", $"A piece must have at most {PieceBytesMax} bytes.");
            else await files.AppendAsync(upload, message.Content.ToByteArray(), cancellationToken);
        }

        return header ?? throw MillraceException.InvalidArgument("header", "'header' is missing. Say what the file is called and is for.");
    }

    private static File Describe(StoredFile file) => new()
    {
        Id = file.Id,
        FileName = file.Name,
        Purpose = file.Purpose,
        MediaType = file.MediaType,
        SizeBytes = (ulong)file.Bytes,
        CreatedAt = Timestamp.FromDateTimeOffset(file.CreatedAt),
        ExpiresAt = file.ExpiresAt is { } end ? Timestamp.FromDateTimeOffset(end) : null,
    };
}
