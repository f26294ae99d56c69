using Grpc.Core;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Ingestion;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Grpc;

/// <summary>Reads the messages of an upload: a header, then bytes.</summary>
/// <param name="messages">The stream.</param>
/// <param name="buffer">Takes the bytes.</param>
internal sealed class UploadReader(IAsyncStreamReader<UploadDocumentRequest> messages, UploadBuffer buffer)
{
    private const int MessageBytesMax = 1024 * 1024;

    /// <summary>Reads the whole upload.</summary>
    /// <exception cref="MillraceException">The messages are in the wrong order or too large, or there is no room for them now.</exception>
    public async Task<DocumentUpload> ReadAsync(string tenant, CancellationToken cancellationToken)
    {
        if (!await messages.MoveNext(cancellationToken) || messages.Current.Header is not { } header)
            throw MillraceException.InvalidArgument("header", "The first message of an upload must carry its header.");
        return new DocumentUpload
        {
            Tenant = tenant,
            Collection = header.Collection,
            DocumentId = header.DocumentId,
            FileName = header.FileName,
            MediaType = header.MediaType,
            Metadata = header.Metadata.ToDictionary(),
            MetadataJson = header.MetadataJson,
            AccessLabels = header.AccessLabels,
            JobId = header.JobId,
            Content = await ContentAsync(cancellationToken),
            Wait = header.Wait,
        };
    }

    private async Task<byte[]> ContentAsync(CancellationToken cancellationToken)
    {
        while (await messages.MoveNext(cancellationToken))
        {
            if (messages.Current.MessageCase != UploadDocumentRequest.MessageOneofCase.Content)
                throw MillraceException.InvalidArgument(
                    "header", "Only the first message of an upload may carry a header; the others carry content.");
            var content = messages.Current.Content;
            if (content.Length > MessageBytesMax)
                throw MillraceException.InvalidArgument(
                    "content", $"A message carries {content.Length} bytes. Send pieces of at most {MessageBytesMax}.");
            buffer.Append(content.Span);
        }

        return buffer.ToArray();
    }
}
