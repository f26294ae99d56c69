using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Embedding.V1;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Context;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Grpc;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded;
using Millrace.Retrieval.Index.Qdrant;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Seeding;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Configuration;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Retrieval;

/// <summary>The one door to the service.</summary>
public static class RetrievalServiceExtensions
{
    private const string DatabaseFile = "retrieval.db";
    private const string IndexFolder = "index";
    private const string TokenizersFolder = "tokenizers";

    /// <summary>Adds the service.</summary>
    public static WebApplicationBuilder AddRetrieval(this WebApplicationBuilder builder)
    {
        builder.AddQdrantIndexWhereChosen();
        builder.Services.AddIngestionCore().AddEncoder().AddSearch().AddSeeding();
        return builder;
    }

    /// <summary>Adds what takes documents in: all of the service but its surface, its encoder and its search.</summary>
    internal static IServiceCollection AddIngestionCore(this IServiceCollection services)
    {
        services.AddValidatedOptions<RetrievalOptions>(RetrievalOptions.Section);
        services.TryAddSingleton<RetrievalMetrics>();
        return services.AddStore().AddIndex().AddParsing().AddIngestion();
    }

    /// <summary>Maps the service.</summary>
    public static WebApplication MapRetrieval(this WebApplication app)
    {
        app.MapGrpcService<RetrievalGrpcService>();
        return app;
    }

    private static IServiceCollection AddStore(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new RetrievalDatabase(
            Path.Combine(DataFolders.For(provider.GetRequiredService<IConfiguration>(), "retrieval"), DatabaseFile)));
        services.TryAddSingleton<CollectionStore>();
        services.TryAddSingleton<GenerationStore>();
        services.TryAddSingleton<DocumentStore>();
        services.TryAddSingleton<DocumentQueue>();
        services.TryAddSingleton<JobStore>();
        services.TryAddSingleton<TextStore>();
        services.TryAddSingleton<OutboxStore>();
        services.TryAddSingleton<PassageStore>();
        services.TryAddSingleton<Sweep>();
        services.TryAddSingleton(provider => new EditionStore(
            provider.GetRequiredService<RetrievalDatabase>(),
            provider.GetRequiredService<IOptions<RetrievalOptions>>().Value.Ingestion.VersionsKept));
        return services;
    }

    private static IServiceCollection AddIndex(this IServiceCollection services)
    {
        services.TryAddSingleton<RepairRequests>();
        services.TryAddSingleton(provider => new EmbeddedIndex(
            Path.Combine(DataFolders.For(provider.GetRequiredService<IConfiguration>(), "retrieval"), IndexFolder),
            provider.GetRequiredService<IOptions<RetrievalOptions>>().Value,
            provider.GetRequiredService<RepairRequests>(),
            provider.GetRequiredService<ILogger<EmbeddedIndex>>()));
        services.TryAddSingleton<IChunkIndex>(provider => provider.GetRequiredService<EmbeddedIndex>());
        services.TryAddSingleton<IndexTeller>();
        services.TryAddSingleton<IndexComparison>();
        return services;
    }

    private static IServiceCollection AddEncoder(this IServiceCollection services)
    {
        services.AddServiceClient(
            "embedding",
            invoker => new EmbeddingService.EmbeddingServiceClient(invoker),
            client => client.RetryIdempotent(EmbeddingService.Descriptor.Methods));
        services.TryAddSingleton<IEncoder, EmbeddingServiceEncoder>();
        services.TryAddSingleton<TokenizerSource>();
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<TokenizerFolder>(
            provider, Path.Combine(DataFolders.For(provider.GetRequiredService<IConfiguration>(), "retrieval"), TokenizersFolder)));
        services.TryAddSingleton<ITokenCounters, TokenCounters>();
        services.TryAddSingleton<IChunkerFactory, ChunkerFactory>();
        return services;
    }

    private static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.TryAddSingleton<IngestionSignals>();
        services.TryAddSingleton<IngestionTools>();
        services.TryAddSingleton<IngestionProgress>();
        services.TryAddSingleton<EmbedBatcher>();
        services.TryAddSingleton<PipelineParts>();
        services.TryAddSingleton<DocumentPipeline>();
        services.TryAddSingleton<CollectionCatalog>();
        services.TryAddSingleton<DocumentCatalog>();
        services.TryAddSingleton<JobCatalog>();
        services.TryAddSingleton<SpanReader>();
        services.TryAddSingleton<RetrievalCatalogs>();
        services.TryAddSingleton<UploadMemory>();
        services.TryAddSingleton<IndexWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<IndexWriter>());
        services.AddHostedService<IngestionWorker>();
        services.AddHostedService<ReindexWorker>();
        services.AddHostedService<IndexRepair>();
        services.AddHostedService<SweepWorker>();
        return services;
    }

    private static IServiceCollection AddSearch(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new DescriptionVectors(
            provider.GetRequiredService<IOptions<RetrievalOptions>>().Value.Search.RoutingVectorsMax));
        services.TryAddSingleton<ChunkVectors>();
        services.TryAddSingleton<CollectionRouter>();
        services.TryAddSingleton<CandidateRanking>();
        services.TryAddSingleton<CandidateReading>();
        services.TryAddSingleton<Reranking>();
        services.TryAddSingleton<SearchStages>();
        services.TryAddSingleton<SearchSignals>();
        services.TryAddSingleton<SearchEngine>();
        services.TryAddSingleton<IPassageTexts, StoredPassageTexts>();
        services.TryAddSingleton<ContextBuilder>();
        return services;
    }

    private static IServiceCollection AddSeeding(this IServiceCollection services)
    {
        services.AddValidatedOptions<SeedingOptions>(SeedingOptions.Section);
        services.TryAddSingleton<SeedTarget>();
        services.TryAddSingleton<SeedingState>();
        services.AddHealthChecks().AddCheck<SeedingState>("seeding");
        services.AddHostedService<SeedingWorker>();
        return services;
    }
}
