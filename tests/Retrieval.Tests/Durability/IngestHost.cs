using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Durability;

/// <summary>All of the service that takes documents in, without ports and with an encoder in the process: it starts in a moment.</summary>
internal sealed class IngestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private IngestHost(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    /// <summary>Starts the workers over a folder.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="announce">Is told of each step of the work, before and after it is done.</param>
    public static async Task<IngestHost> StartAsync(string folder, Action<string> announce)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MILLRACE_DATA_DIR"] = folder,
            ["Retrieval:Ingestion:SliceChunks"] = "2",
            ["Retrieval:Ingestion:Workers"] = "4",
        });
        builder.Services.AddLogging().AddMetrics();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IEncoder>(new AnnouncingEncoder(announce));
        builder.Services.AddSingleton<IChunkerFactory, ChunkerFactory>();
        builder.Services.AddSingleton<IChunkIndex>(
            provider => new AnnouncingIndex(provider.GetRequiredService<EmbeddedIndex>(), announce));
        builder.Services.AddIngestionCore();
        var host = builder.Build();
        await host.StartAsync();
        return new IngestHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class AnnouncingEncoder(Action<string> announce) : IEncoder
    {
        public Task<Embeddings> EmbedAsync(
            EncoderChoice encoder, IReadOnlyList<string> texts, TextPurpose purpose, CancellationToken cancellationToken)
        {
            announce("embedding");
            float[] values = [.. texts.SelectMany(FakeEmbeddingService.Vector)];
            announce("embedded");
            return Task.FromResult(new Embeddings(FakeEmbeddingService.Model, FakeEmbeddingService.Dimension, values));
        }

        public Task<IReadOnlyList<int>> CountTokensAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellationToken)
        {
            announce("counting");
            return Task.FromResult<IReadOnlyList<int>>([.. texts.Select(FakeEmbeddingService.CountTokens)]);
        }

        public Task<IReadOnlyList<double>> RerankAsync(
            string query, IReadOnlyList<string> documents, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class AnnouncingIndex(IChunkIndex inner, Action<string> announce) : IChunkIndex
    {
        public Task OpenAsync(IndexSettings settings, CancellationToken cancellationToken) => inner.OpenAsync(settings, cancellationToken);

        public Task DropAsync(IndexId index, CancellationToken cancellationToken) => inner.DropAsync(index, cancellationToken);

        public Task PutAsync(IndexId index, IReadOnlyList<IndexDocument> documents, CancellationToken cancellationToken) =>
            AroundAsync("put", () => inner.PutAsync(index, documents, cancellationToken));

        public Task RemoveAsync(IndexId index, IReadOnlyCollection<long> chunks, CancellationToken cancellationToken) =>
            AroundAsync("remove", () => inner.RemoveAsync(index, chunks, cancellationToken));

        public Task SetAttributesAsync(IndexId index, DocumentAttributes document, CancellationToken cancellationToken) =>
            AroundAsync("describe", () => inner.SetAttributesAsync(index, document, cancellationToken));

        public Task<IndexRanking> DenseAsync(IndexId index, DenseQuery query, CancellationToken cancellationToken) =>
            inner.DenseAsync(index, query, cancellationToken);

        public Task<IndexRanking> KeywordAsync(IndexId index, WordQuery query, CancellationToken cancellationToken) =>
            inner.KeywordAsync(index, query, cancellationToken);

        public Task<IndexRanking?> TryFusedAsync(IndexId index, FusedQuery query, CancellationToken cancellationToken) =>
            inner.TryFusedAsync(index, query, cancellationToken);

        public IAsyncEnumerable<long> ChunksAsync(IndexId index, CancellationToken cancellationToken) =>
            inner.ChunksAsync(index, cancellationToken);

        private async Task AroundAsync(string name, Func<Task> call, [CallerMemberName] string member = "")
        {
            announce($"{name} begins in {member}");
            await call();
            announce($"{name} ended");
        }
    }
}
