using Aspire.Qdrant.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Qdrant.Client;

namespace Microsoft.Extensions.Hosting;

public static class AspireQdrantExtensions
{
    private const string ConfigurationSection = "Aspire:Qdrant:Client";
    private const string HealthCheckName = "Qdrant.Client";

    /// <summary>
    /// Registers a single <see cref="QdrantClient"/>, made when it is first asked for, and its health check. The server is that of
    /// <c>ConnectionStrings:NAME</c>, which the AppHost injects.
    /// </summary>
    public static void AddQdrantClient(
        this IHostApplicationBuilder builder, string connectionName, Action<QdrantClientSettings>? configureSettings = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = ReadSettings(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);
        builder.Services.AddSingleton(provider => CreateClient(provider, settings, connectionName));
        if (!settings.DisableHealthChecks)
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                HealthCheckName, CreateHealthCheck, null, null, TimeoutOf(settings)));
    }

    private static QdrantClientSettings ReadSettings(IConfiguration configuration, string connectionName)
    {
        var settings = new QdrantClientSettings();
        var section = configuration.GetSection(ConfigurationSection);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        if (configuration.GetConnectionString(connectionName) is { } connectionString) settings.ParseConnectionString(connectionString);
        return settings;
    }

    private static QdrantClient CreateClient(IServiceProvider provider, QdrantClientSettings settings, string connectionName)
    {
        if (settings.Endpoint is null)
            throw new InvalidOperationException(
                $"A QdrantClient could not be configured. Ensure valid connection information was provided in "
                + $"'ConnectionStrings:{connectionName}' or either {nameof(settings.Endpoint)} must be provided in the "
                + $"'{ConfigurationSection}' or '{ConfigurationSection}:{connectionName}' configuration section.");
        return new QdrantClient(settings.Endpoint, settings.Key, loggerFactory: provider.GetRequiredService<ILoggerFactory>());
    }

    private static QdrantHealthCheck CreateHealthCheck(IServiceProvider provider) =>
        new(provider.GetRequiredService<QdrantClient>());

    private static TimeSpan? TimeoutOf(QdrantClientSettings settings) =>
        settings.HealthCheckTimeout is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
}
