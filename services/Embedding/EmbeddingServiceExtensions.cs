using Microsoft.Extensions.Options;
using Millrace.Embedding.Caching;
using Millrace.Embedding.Engine;
using Millrace.Embedding.Grpc;
using Millrace.Embedding.Models;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Embedding;

/// <summary>The one door of the encoder service.</summary>
public static class EmbeddingServiceExtensions
{
    /// <summary>Adds the encoders, which are loaded when the service starts.</summary>
    public static WebApplicationBuilder AddEmbedding(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<EncoderOptions>("Embedding");
        builder.Services.AddSingleton<EncoderMetrics>();
        builder.Services.AddSingleton<EncoderCatalog>();
        builder.Services.AddHostedService<EncoderStarter>();
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<EncoderOptions>>().Value.Cache);
        builder.Services.AddSingleton<VectorCache>();
        builder.Services.AddSingleton<VectorSource>();
        builder.Services.AddSingleton<Embedder>();
        builder.Services.AddSingleton<Reranker>();
        builder.Services.AddHealthChecks().AddCheck<EncoderHealthCheck>("encoders");
        return builder;
    }

    /// <summary>Maps the gRPC service.</summary>
    public static WebApplication MapEmbedding(this WebApplication app)
    {
        app.MapGrpcService<EmbeddingGrpcService>();
        return app;
    }
}
