using Grpc.Core;
using Grpc.Core.Interceptors;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Resilience;

/// <summary>Registers the gates, and clients that go through them.</summary>
internal static class ResilienceServices
{
    /// <summary>Adds options, gates, their health and their watcher.</summary>
    public static void AddResilience(this IServiceCollection services)
    {
        services.AddValidatedOptions<ResilienceOptions>("Gateway:Resilience");
        services.AddSingleton<ResilienceTelemetry>();
        services.AddSingleton<Dependencies>();
        services.AddHostedService<DependencyWatcher>();
        services.AddHealthChecks().AddCheck<DependencyHealthCheck>("dependencies");
    }

    /// <summary>Adds a client of a service whose calls go through the service's gate.</summary>
    /// <param name="services">The collection.</param>
    /// <param name="service">One of <see cref="Dependency.Names"/>.</param>
    /// <param name="create">Makes the generated client.</param>
    /// <param name="configure">How it is called.</param>
    public static void AddGatedClient<TClient>(
        this IServiceCollection services, string service, Func<CallInvoker, TClient> create, Action<ServiceClientOptions> configure)
        where TClient : class => services.AddServiceClient(
        service,
        (provider, invoker) => create(invoker.Intercept(
            new DependencyInterceptor(provider.GetRequiredService<Dependencies>()[service]))),
        configure);
}
