using System.Buffers;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Net.Http.Headers;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api.Documents;
using Millrace.ServiceDefaults.Errors;
using File = Millrace.Contracts.Sessions.V1.File;

namespace Millrace.Gateway.Files;

/// <summary>
/// Streams a file from a form to Sessions; at no time is the whole of it in memory here. Its fields may stand before or behind the file.
/// </summary>
internal sealed class FileUpload(FilesService.FilesServiceClient files)
{
    private const int PieceBytesMax = 256 * 1024;
    private const int FieldBytesMax = 4096;
    private const int PartsMax = 16;

    /// <summary>Uploads the file of a form.</summary>
    /// <exception cref="MillraceException">The form is wrong, or the file cannot be kept.</exception>
    public async Task<File> RunAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var boundary = FormUpload.Boundary(request) ?? throw MillraceException.InvalidArgument(
            "file", "Send multipart/form-data with the fields 'purpose' and 'file'.");
        using var call = files.UploadFile(cancellationToken: cancellationToken);
        try
        {
            var header = await SendAsync(new FormReader(boundary, request.Body), call.RequestStream, cancellationToken);
            await call.RequestStream.WriteAsync(new UploadFileRequest { Header = header }, cancellationToken);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            // Sessions has answered before everything was sent, most likely with a refusal: the answer says it.
        }

        return (await call).File;
    }

    private static async Task<FileHeader> SendAsync(
        FormReader form, IClientStreamWriter<UploadFileRequest> stream, CancellationToken cancellationToken)
    {
        var header = new FileHeader();
        for (var parts = 0; await form.NextAsync(cancellationToken) is { } part; parts++)
        {
            if (parts == PartsMax) throw new MillraceException(Reason.InvalidArgument, $"The form has more than {PartsMax} parts.");
            if (part.Name != FormPart.OneFile) SetField(header, part.Name, await part.ReadTextAsync(FieldBytesMax, cancellationToken));
            else if (header.FileName.Length > 0) throw MillraceException.InvalidArgument("file", "'file' must be one file.");
            else await SendFileAsync(header, part, stream, cancellationToken);
        }

        if (header.FileName.Length == 0) throw MillraceException.InvalidArgument("file", "'file' is missing. Send it as a form field.");
        if (header.Purpose.Length == 0) throw MillraceException.InvalidArgument("purpose", "'purpose' is missing. Say what it is for.");
        return header;
    }

    private static void SetField(FileHeader header, string name, string value)
    {
        if (name == "purpose") header.Purpose = value;
        else if (name == "expires_after[seconds]") header.ExpiresAfterSeconds = Seconds(value);
        else if (name != "expires_after[anchor]")
            throw new MillraceException(Reason.UnsupportedParameter, $"The form field '{name}' is not supported here. Remove it.")
            {
                Param = name,
            };
        else if (value != "created_at")
            throw MillraceException.InvalidArgument("expires_after.anchor", "'expires_after.anchor' must be created_at.");
    }

    private static uint Seconds(string value) => uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        ? seconds
        : throw MillraceException.InvalidArgument("expires_after.seconds", "'expires_after.seconds' must be an integer.");

    private static async Task SendFileAsync(
        FileHeader header, FormPart part, IClientStreamWriter<UploadFileRequest> stream, CancellationToken cancellationToken)
    {
        header.FileName = Path.GetFileName(part.FileName) is { Length: > 0 } name ? name : "file";
        header.MediaType = MediaTypeHeaderValue.TryParse(part.Section.ContentType, out var type) ? type.MediaType.Value : string.Empty;
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytesMax);
        try
        {
            while (await part.Section.Body.ReadAtLeastAsync(
                buffer.AsMemory(0, PieceBytesMax), PieceBytesMax, throwOnEndOfStream: false, cancellationToken) is > 0 and var count)
                await stream.WriteAsync(new UploadFileRequest { Content = ByteString.CopyFrom(buffer, 0, count) }, cancellationToken);
        }
        catch (Exception error) when (FormReader.IsOfTheForm(error))
        {
            throw new MillraceException(Reason.InvalidArgument, "The body ends before the file does. Send it whole.", error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
