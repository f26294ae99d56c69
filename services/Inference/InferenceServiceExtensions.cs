using Millrace.Inference.Configuration;
using Millrace.Inference.Grpc;
using Millrace.Inference.Models;
using Millrace.Inference.Runtime;
using Millrace.Inference.Status;
using Millrace.Inference.Telemetry;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Inference;

/// <summary>The one door to the service.</summary>
public static class InferenceServiceExtensions
{
    /// <summary>Adds an inference member.</summary>
    public static WebApplicationBuilder AddInference(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<InferenceOptions>(InferenceOptions.Section);
        builder.Services.AddModels().AddRuntime();
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
        services.AddSingleton<ModelCatalog>().AddSingleton<ModelLoader>().AddSingleton<ModelHost>();
        services.AddHostedService<DefaultModelStarter>();
        services.AddHealthChecks().AddCheck<ModelHealthCheck>("model");
        return services;
    }

    private static void AddRuntime(this IServiceCollection services)
    {
        services.AddSingleton<DrainGate>().AddSingleton<InferenceMetrics>().AddSingleton<EngineMetrics>().AddSingleton<InferenceRuntime>().AddSingleton<StatusReporter>();
        services.AddHostedService<DrainOnShutdown>();
    }
}
