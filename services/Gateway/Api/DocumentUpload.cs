using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>Streams a document from an HTTP body to Retrieval; at no time is the whole of it in memory here.</summary>
internal sealed class DocumentUpload(RetrievalService.RetrievalServiceClient retrieval, IOptions<GatewayOptions> options)
{
    private const int PieceBytesMax = 256 * 1024;

    /// <summary>Uploads the body: raw bytes with their Content-Type, or multipart/form-data with a field named <c>file</c>.</summary>
    public async Task<Document> RunAsync(HttpRequest request, UploadHeader header, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/form-data")
            return await SendAsync(request.Body, form: null, Describe(header, header.DocumentId, type), cancellationToken);

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary))
            throw new MillraceException(
                Reason.InvalidArgument, "The Content-Type lacks the multipart boundary. Let the HTTP client set it.");
        var form = new MultipartReader(boundary, request.Body);
        var (section, fileName) = await FindFileAsync(form, cancellationToken);
        var sectionType = MediaTypeHeaderValue.TryParse(section.ContentType, out var parsed) ? parsed : null;
        return await SendAsync(section.Body, form, Describe(header, fileName, sectionType), cancellationToken);
    }

    private static async Task<(MultipartSection Section, string FileName)> FindFileAsync(
        MultipartReader reader, CancellationToken cancellationToken)
    {
        var section = await NextSectionAsync(reader, cancellationToken)
            ?? throw MillraceException.InvalidArgument("file", "'file' is missing. Send the document as the form field 'file'.");
        var disposition = Disposition(section);
        if (FieldName(disposition) is var name and not "file") throw Unsupported(name);
        return (section, HeaderUtilities.RemoveQuotes(disposition?.FileName ?? default).Value ?? string.Empty);
    }

    private static async Task RequireEndAsync(MultipartReader form, CancellationToken cancellationToken)
    {
        if (await NextSectionAsync(form, cancellationToken) is { } section) throw Unsupported(FieldName(Disposition(section)));
    }

    private static MillraceException Unsupported(string? field) => new(
        Reason.UnsupportedParameter, $"The form field '{field}' is not supported. Send one field, 'file'.") { Param = field };

    private static ContentDispositionHeaderValue? Disposition(MultipartSection section) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var parsed) ? parsed : null;

    private static string? FieldName(ContentDispositionHeaderValue? disposition) =>
        HeaderUtilities.RemoveQuotes(disposition?.Name ?? default).Value;

    private static async Task<MultipartSection?> NextSectionAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new MillraceException(
                Reason.InvalidArgument, "The body is not valid multipart/form-data. Let the HTTP client write it.", error);
        }
    }

    // What curl and browsers send when nobody said anything tells nothing; the file's name does.
    private static UploadHeader Describe(UploadHeader header, string fileName, MediaTypeHeaderValue? type)
    {
        header.FileName = Path.GetFileName(fileName);
        header.MediaType = type?.MediaType.Value is { } name and not ("application/octet-stream" or "application/x-www-form-urlencoded")
            ? name
            : string.Empty;
        return header;
    }

    private async Task<Document> SendAsync(
        Stream body, MultipartReader? form, UploadHeader header, CancellationToken cancellationToken)
    {
        using var call = retrieval.UploadDocument(cancellationToken: cancellationToken);
        try
        {
            await call.RequestStream.WriteAsync(new UploadDocumentRequest { Header = header }, cancellationToken);
            await SendPiecesAsync(body, call.RequestStream, cancellationToken);
            if (form is not null) await RequireEndAsync(form, cancellationToken);
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
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            throw new MillraceException(Reason.InvalidArgument, "The body ends before the document does. Send it whole.", error);
        }
    }

    // Most clients read the answer only when they have sent everything. The server's own limit ends what is larger by far.
    private async Task<MillraceException> TooLargeAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        while (await body.ReadAsync(buffer, cancellationToken) > 0)
        {
        }

        return new MillraceException(Reason.PayloadTooLarge, $"The document has more than {options.Value.UploadBytesMax} bytes. Split it.");
    }
}
