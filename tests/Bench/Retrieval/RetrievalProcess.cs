using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Bench.Harness;
using Millrace.Bench.Processes;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Clients;

namespace Millrace.Bench.Retrieval;

/// <summary>A document to upload.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its text.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="MetadataJson">What is said of it; empty for nothing.</param>
internal sealed record BenchDocument(string Id, string Text, string MediaType, string MetadataJson = "");

/// <summary>The retrieval service in a process of its own, with the client that services use.</summary>
internal sealed class RetrievalProcess : IAsyncDisposable
{
    private const int UploadsAtOnce = 16;
    private const int PieceBytes = 512 * 1024;

    private readonly ServiceChannels _channels;

    private RetrievalProcess(ServiceProcess process)
    {
        Process = process;
        _channels = new ServiceChannels(NullLoggerFactory.Instance, TimeProvider.System);
        Client = new(_channels.Invoker("retrieval", process.Grpc, new ServiceClientOptions()));
    }

    /// <summary>The process.</summary>
    public ServiceProcess Process { get; }

    /// <summary>A client of it.</summary>
    public RetrievalService.RetrievalServiceClient Client { get; }

    /// <summary>Starts it beside an embedding service.</summary>
    public static async Task<RetrievalProcess> StartAsync(
        Uri embedding, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellationToken)
    {
        IEnumerable<KeyValuePair<string, string>> all = [new("services__embedding__grpc__0", embedding.ToString()), .. settings];
        return new(await ServiceProcess.StartAsync("Retrieval", all, cancellationToken));
    }

    /// <summary>Fills a new collection. When the task ends, every document is found.</summary>
    /// <exception cref="BenchException">A document was not indexed.</exception>
    public async Task FillAsync(
        CreateCollectionRequest collection, IReadOnlyCollection<BenchDocument> documents, CancellationToken cancellationToken)
    {
        await Client.CreateCollectionAsync(collection, cancellationToken: cancellationToken);
        await Parallel.ForEachAsync(
            documents,
            new ParallelOptions { MaxDegreeOfParallelism = UploadsAtOnce, CancellationToken = cancellationToken },
            async (document, token) => await UploadAsync(collection.Name, document, token));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _channels.Dispose();
        return Process.DisposeAsync();
    }

    private async Task UploadAsync(string collection, BenchDocument document, CancellationToken cancellationToken)
    {
        using var call = Client.UploadDocument(cancellationToken: cancellationToken);
        var header = new UploadHeader
        {
            Collection = collection,
            DocumentId = document.Id,
            MediaType = document.MediaType,
            MetadataJson = document.MetadataJson,
            Wait = true,
        };
        await call.RequestStream.WriteAsync(new UploadDocumentRequest { Header = header }, cancellationToken);
        foreach (var piece in Encoding.UTF8.GetBytes(document.Text).Chunk(PieceBytes))
            await call.RequestStream.WriteAsync(new UploadDocumentRequest { Content = ByteString.CopyFrom(piece) }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        var uploaded = (await call.ResponseAsync).Document;
        if (uploaded.State != DocumentState.Ready) throw new BenchException($"'{document.Id}' is {uploaded.State}: {uploaded.Error}");
    }
}
