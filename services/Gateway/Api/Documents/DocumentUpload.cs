using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Documents;

/// <summary>Streams a document from an HTTP body to Retrieval; at no time is the whole of it in memory here.</summary>
internal sealed class DocumentUpload(RetrievalService.RetrievalServiceClient retrieval, IOptions<GatewayOptions> options)
{
    private const int PieceBytesMax = 256 * 1024;

    /// <summary>Uploads the body: raw bytes with their Content-Type.</summary>
    public Task<Document> RunAsync(HttpRequest request, UploadHeader header, CancellationToken cancellationToken) => SendAsync(
        request.Body, Describe(header, header.DocumentId, request.ContentType), () => Task.CompletedTask, cancellationToken);

    /// <summary>Says what the file is called and of what type it is.</summary>
    public static UploadHeader Describe(UploadHeader header, string fileName, string? contentType)
    {
        // What curl and browsers send when nobody said anything tells nothing; the file's name does.
        var type = MediaTypeHeaderValue.TryParse(contentType, out var parsed) ? parsed.MediaType.Value : null;
        header.FileName = Path.GetFileName(fileName);
        header.MediaType = type is null or "application/octet-stream" or "application/x-www-form-urlencoded" ? string.Empty : type;
        return header;
    }

    /// <summary>Sends a document.</summary>
    /// <param name="body">Its bytes.</param>
    /// <param name="header">What is known of it.</param>
    /// <param name="requireEnd">Checks, when the bytes are sent, what follows; if it throws, the document is not stored.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<Document> SendAsync(Stream body, UploadHeader header, Func<Task> requireEnd, CancellationToken cancellationToken)
    {
        using var call = retrieval.UploadDocument(cancellationToken: cancellationToken);
        try
        {
            await call.RequestStream.WriteAsync(new UploadDocumentRequest { Header = header }, cancellationToken);
            await SendPiecesAsync(body, call.RequestStream, cancellationToken);
            await requireEnd();
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            // Retrieval has answered before everything was sent, most likely with a refusal: the answer says it.
        }

        return (await call).Document;
    }

    private async Task SendPiecesAsync(
        Stream body, IClientStreamWriter<UploadDocumentRequest> stream, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytesMax);
        try
        {
            long sent = 0;
            while (await ReadAsync(body, buffer.AsMemory(0, PieceBytesMax), cancellationToken) is > 0 and var count)
            {
                sent += count;
                if (sent > options.Value.UploadBytesMax) throw await TooLargeAsync(body, buffer, cancellationToken);
                await stream.WriteAsync(new UploadDocumentRequest { Content = ByteString.CopyFrom(buffer, 0, count) }, cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception error) when (FormReader.IsOfTheForm(error))
        {
            throw new MillraceException(Reason.InvalidArgument, "The body ends before the document does. Send it whole.", error);
        }
    }

    // Most clients read the answer only when they have sent everything. The server's own limit ends what is larger by far.
    private async Task<MillraceException> TooLargeAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        while (await ReadAsync(body, buffer, cancellationToken) > 0)
        {
        }

        return new MillraceException(Reason.PayloadTooLarge, $"The document has more than {options.Value.UploadBytesMax} bytes. Split it.");
    }
}
