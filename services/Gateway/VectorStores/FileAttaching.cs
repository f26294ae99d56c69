using Grpc.Core;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api.Documents;

namespace Millrace.Gateway.VectorStores;

/// <summary>Puts kept files into a store: their bytes go from Sessions to Retrieval in pieces. A document has its file's id.</summary>
internal sealed class FileAttaching(FilesService.FilesServiceClient files, RetrievalService.RetrievalServiceClient retrieval)
{
    /// <summary>Puts a file into a store.</summary>
    /// <param name="fileId">The file.</param>
    /// <param name="header">What is said of the document.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">There is no such file or store, or it cannot be read.</exception>
    public async Task<Document> AttachAsync(string fileId, UploadHeader header, CancellationToken cancellationToken)
    {
        var file = (await files.GetFileAsync(new GetFileRequest { FileId = fileId }, cancellationToken: cancellationToken)).File;
        header.DocumentId = fileId;
        DocumentUpload.Describe(header, file.FileName, file.MediaType);
        using var source = files.ReadFile(new ReadFileRequest { FileId = fileId }, cancellationToken: cancellationToken);
        using var target = retrieval.UploadDocument(cancellationToken: cancellationToken);
        try
        {
            await target.RequestStream.WriteAsync(new UploadDocumentRequest { Header = header }, cancellationToken);
            while (await source.ResponseStream.MoveNext(cancellationToken))
                await target.RequestStream.WriteAsync(
                    new UploadDocumentRequest { Content = source.ResponseStream.Current.Content }, cancellationToken);
            await target.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            // Retrieval has answered before everything was sent, most likely with a refusal: the answer says it.
        }

        return (await target).Document;
    }

    /// <summary>Names of the files behind documents; a document that was not made from a kept file has its id.</summary>
    public async Task<Dictionary<string, string>> NamesAsync(IEnumerable<string> documentIds, CancellationToken cancellationToken)
    {
        var names = documentIds.Distinct(StringComparer.Ordinal).Select(async id => (id, await NameAsync(id, cancellationToken)));
        return (await Task.WhenAll(names)).ToDictionary(pair => pair.id, pair => pair.Item2, StringComparer.Ordinal);
    }

    private async Task<string> NameAsync(string id, CancellationToken cancellationToken)
    {
        if (!id.StartsWith("file-", StringComparison.Ordinal)) return id;
        try
        {
            return (await files.GetFileAsync(new GetFileRequest { FileId = id }, cancellationToken: cancellationToken)).File.FileName;
        }
        catch (ServiceDefaults.Errors.MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            // The file is deleted, and what was found is still what it said.
            return id;
        }
    }
}
