using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.Inference.Grpc;
using Millrace.Inference.Models;
using Millrace.Inference.Models.Adapters;
using Millrace.Inference.Models.Memory;
using Millrace.Inference.Runtime;
using Millrace.Inference.SavedPrefixes;
using Millrace.Inference.Status;
using Millrace.Inference.Telemetry;
using Millrace.Upstreams;
using Millrace.ServiceDefaults.Configuration;
using Millrace.ServiceDefaults.Health;

namespace Millrace.Inference;

/// <summary>The one door to the service.</summary>
public static class InferenceServiceExtensions
{
    private const string UpstreamsSection = "Inference:Upstreams";

    /// <summary>What the process needs to stop once no request runs any more.</summary>
    private static readonly TimeSpan TimeAfterGrace = TimeSpan.FromSeconds(2);

    /// <summary>Adds an inference member.</summary>
    public static WebApplicationBuilder AddInference(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<InferenceOptions>(InferenceOptions.Section);
        builder.Services.AddValidatedOptions<SavedPrefixOptions>(SavedPrefixOptions.Section);
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<InferenceOptions>>(
            (host, inference) => host.ShutdownTimeout = inference.Value.ShutdownGrace + TimeAfterGrace);
        builder.Services.AddUpstreams().AddModels().AddRuntime();
        return builder;
    }

    /// <summary>Maps the gRPC service.</summary>
    public static WebApplication MapInference(this WebApplication app)
    {
        app.MapGrpcService<InferenceGrpcService>();
        return app;
    }

    private static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.AddSingleton<ModelCatalog>().AddSingleton<ModelLoader>().AddSingleton<MemoryBudget>().AddSingleton<ModelHost>();
        services.AddSingleton<AdapterBook>().AddSingleton<ModelAdministration>();
        services.AddHostedService<DefaultModelStarter>();
        services.AddSingleton<EngineCanary>();
        services.AddHealthChecks()
            .AddCheck<ModelHealthCheck>("model")
            .AddCheck<EngineLivenessCheck>("engine", tags: [HealthEndpoints.LiveTag]);
        return services;
    }

    private static IServiceCollection AddUpstreams(this IServiceCollection services) =>
        services.AddUpstreams(
            UpstreamsSection, provider => Host(provider.GetRequiredService<IOptions<InferenceOptions>>().Value, provider));

    private static UpstreamHost Host(InferenceOptions options, IServiceProvider provider) => new()
    {
        SourceName = InferenceMetrics.SourceName,
        GenerationTimeMax = options.GenerationTimeMax,
        DefaultModel = options.Model,
        Gate = provider.GetRequiredService<DrainGate>(),
    };

    private static void AddRuntime(this IServiceCollection services)
    {
        services.AddSingleton<DrainGate>().AddSingleton<InferenceMetrics>().AddSingleton<EngineMetrics>();
        services.AddSingleton<InferenceRuntime>().AddSingleton<StatusReporter>().AddSingleton<PrefixStore>().AddSingleton<PrefixSaver>();
        services.AddHostedService<DrainOnShutdown>();
    }
}
