using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Seeding;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Calls;
using Millrace.TestShared;
using DocumentState = Millrace.Retrieval.Store.DocumentState;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>The whole retrieval service and a fake embedding service, each on ports of its own.</summary>
public sealed class RunningRetrieval : IAsyncDisposable
{
    private readonly ServiceUnderTest _embedding;
    private readonly TemporaryFolder? _ownFolder;

    private RunningRetrieval(ServiceUnderTest service, ServiceUnderTest embedding, TemporaryFolder? ownFolder)
    {
        (Service, _embedding, _ownFolder) = (service, embedding, ownFolder);
        Client = new RetrievalService.RetrievalServiceClient(service.Invoker("retrieval"));
    }

    public ServiceUnderTest Service { get; }

    public RetrievalService.RetrievalServiceClient Client { get; }

    public FakeEmbeddingService Embedding => _embedding.Services.GetRequiredService<FakeEmbeddingService>();

    public static async Task<RunningRetrieval> StartAsync(
        string? dataFolder = null, bool isEmbeddingDown = false, params IEnumerable<(string Key, string Value)> settings)
    {
        var embedding = await ServiceUnderTest.StartAsync(
            builder => builder.Services.AddSingleton(new FakeEmbeddingService { IsDown = isEmbeddingDown }),
            app => app.MapGrpcService<FakeEmbeddingService>());
        var folder = dataFolder is null ? new TemporaryFolder() : null;
        List<(string, string)> all =
        [
            ("MILLRACE_DATA_DIR", dataFolder ?? folder?.Path ?? ""),
            ("services:embedding:grpc:0", embedding.GrpcAddress.ToString()),
            ("Retrieval:Ingestion:RetryDelay", "00:00:00.020"),
            ("Retrieval:Ingestion:RetryDelayMax", "00:00:00.050"),
            .. settings,
        ];
        var service = await ServiceUnderTest.StartAsync(builder => builder.AddRetrieval(), app => app.MapRetrieval(), all);
        return new RunningRetrieval(service, embedding, folder);
    }

    public async Task CreateAsync(string name, uint chunkTokensMax = 0) => await Client.CreateCollectionAsync(
        new CreateCollectionRequest
        {
            Name = name,
            Chunking = chunkTokensMax == 0 ? null : new ChunkingSettings { ChunkTokensMax = chunkTokensMax },
        });

    public Task<UploadDocumentResponse> UploadAsync(string collection, string id, string content, bool wait = true) =>
        UploadAsync(
            new UploadHeader
            {
                Collection = collection, DocumentId = id, Wait = wait, MediaType = Path.HasExtension(id) ? "" : "text/plain",
            },
            Encoding.UTF8.GetBytes(content));

    public async Task<UploadDocumentResponse> UploadAsync(UploadHeader header, byte[] content, Metadata? headers = null)
    {
        using var call = Client.UploadDocument(headers);
        await call.RequestStream.WriteAsync(new UploadDocumentRequest { Header = header });
        foreach (var piece in content.Chunk(256 * 1024))
            await call.RequestStream.WriteAsync(new UploadDocumentRequest { Content = ByteString.CopyFrom(piece) });
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync.DefaultTimeout();
    }

    public async Task<IReadOnlyList<SearchResult>> SearchAsync(string collection, string query, SearchMode mode = SearchMode.Unspecified) =>
        (await Client.SearchAsync(new SearchRequest { Collections = { collection }, Query = query, Mode = mode, Explain = true })).Results;

    /// <summary>Waits until the seeding is over.</summary>
    public async Task SeededAsync()
    {
        var seeding = Service.Services.GetServices<IHostedService>().OfType<SeedingWorker>().Single();
        await (seeding.ExecuteTask ?? Task.CompletedTask).DefaultTimeout();
    }

    /// <summary>Waits until every document of a collection of the default tenant is ready.</summary>
    public async Task AllReadyAsync(string collection)
    {
        var documents = Service.Services.GetRequiredService<DocumentCatalog>();
        var key = new CollectionKey(CallContext.DefaultTenant, collection);
        foreach (var document in documents.List(key, new DocumentListing(null, "", 1000)).Documents)
        {
            var settled = await documents.WaitUntilSettledAsync(document.Key, CancellationToken.None).DefaultTimeout();
            Assert.Equal(DocumentState.Ready, settled.State);
        }
    }

    /// <summary>Waits until a document of the default tenant was tried in vain, and so says why it waits.</summary>
    public async Task<string> PostponedAsync(string collection, string id)
    {
        var signals = Service.Services.GetRequiredService<IngestionSignals>();
        var documents = Service.Services.GetRequiredService<DocumentCatalog>();
        var key = new DocumentKey(new CollectionKey(CallContext.DefaultTenant, collection), id);
        while (true)
        {
            var change = signals.NextSettled(key);
            if (documents.Require(key).Error is { Length: > 0 } error) return error;
            await change.DefaultTimeout();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await _embedding.DisposeAsync();
        _ownFolder?.Dispose();
    }
}
