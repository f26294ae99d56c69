using Aspire.Qdrant.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Index.Qdrant.Bm25;
using Millrace.ServiceDefaults.Configuration;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>Adds the index on a Qdrant server.</summary>
internal static class QdrantServiceExtensions
{
    private const string ConnectionName = "qdrant";

    /// <summary>Adds it when <c>Retrieval:Index:Kind</c> says so; before any other index is added.</summary>
    /// <exception cref="StartupException">It is chosen, and no server is named.</exception>
    public static WebApplicationBuilder AddQdrantIndexWhereChosen(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<IndexOptions>(IndexOptions.Section);
        var kind = builder.Configuration.GetValue<string>($"{IndexOptions.Section}:{nameof(IndexOptions.Kind)}");
        return string.Equals(kind, nameof(IndexKind.Qdrant), StringComparison.OrdinalIgnoreCase) ? builder.AddQdrantIndex() : builder;
    }

    private static WebApplicationBuilder AddQdrantIndex(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<QdrantOptions>(QdrantOptions.Section);
        var connection = new QdrantClientSettings();
        builder.AddQdrantClient(ConnectionName, settings => connection = Complete(settings, builder.Configuration));
        services.AddSingleton(provider => new QdrantConnection(
            connection.Endpoint!,
            connection.Key,
            provider.GetRequiredService<IOptions<QdrantOptions>>().Value,
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => provider.GetRequiredService<QdrantConnection>().Client);
        services.TryAddSingleton<QdrantCalls>();
        services.TryAddSingleton<QdrantCollections>();
        services.TryAddSingleton<QdrantPoints>();
        services.TryAddSingleton<SparseWords>();
        services.TryAddSingleton<IChunkIndex, QdrantIndex>();
        // The client logs every failed attempt as an error; what becomes of the call is told by who made it.
        builder.Logging.AddFilter("Qdrant.Client", LogLevel.Critical);
        services.AddHealthChecks().AddCheck<QdrantHealthCheck>(ConnectionName);
        return builder;
    }

    private static QdrantClientSettings Complete(QdrantClientSettings settings, ConfigurationManager configuration)
    {
        var section = configuration.GetSection(QdrantOptions.Section);
        settings.Endpoint ??= section.GetValue<Uri>(nameof(QdrantOptions.Endpoint));
        settings.Key ??= section.GetValue<string>(nameof(QdrantOptions.Key));
        // Its own check would call the whole service unhealthy.
        settings.DisableHealthChecks = true;
        if (settings.Endpoint is null)
            throw new StartupException(
                $"{IndexOptions.Section}:Kind is qdrant, and no server is named. Set ConnectionStrings:{ConnectionName} to "
                + $"\"Endpoint=http://HOST:6334;Key=...\", or {QdrantOptions.Section}:Endpoint.");
        return settings;
    }
}
