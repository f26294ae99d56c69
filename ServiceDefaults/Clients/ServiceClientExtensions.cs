using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.ServiceDefaults.Discovery;

namespace Millrace.ServiceDefaults.Clients;

/// <summary>Registers gRPC clients of other services.</summary>
public static class ServiceClientExtensions
{
    /// <summary>Endpoint that every gRPC service has.</summary>
    public const string GrpcEndpoint = "grpc";

    /// <summary>Adds a client of a service that has one address.</summary>
    /// <param name="services">The collection.</param>
    /// <param name="service">The service's name in the AppHost.</param>
    /// <param name="create">Makes the generated client, such as <c>invoker => new EmbeddingServiceClient(invoker)</c>.</param>
    /// <param name="configure">How it is called.</param>
    public static IServiceCollection AddServiceClient<TClient>(
        this IServiceCollection services,
        string service,
        Func<CallInvoker, TClient> create,
        Action<ServiceClientOptions>? configure = null)
        where TClient : class => services.AddServiceClient(service, (_, invoker) => create(invoker), configure);

    /// <summary>Adds a client of a service that has one address, with something of the container around its calls.</summary>
    /// <param name="services">The collection.</param>
    /// <param name="service">The service's name in the AppHost.</param>
    /// <param name="create">Makes the generated client.</param>
    /// <param name="configure">How it is called.</param>
    public static IServiceCollection AddServiceClient<TClient>(
        this IServiceCollection services,
        string service,
        Func<IServiceProvider, CallInvoker, TClient> create,
        Action<ServiceClientOptions>? configure = null)
        where TClient : class
    {
        services.TryAddSingleton<ServiceEndpoints>();
        services.TryAddSingleton<ServiceChannels>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider =>
        {
            var options = new ServiceClientOptions();
            configure?.Invoke(options);
            var address = provider.GetRequiredService<ServiceEndpoints>().Require(service, GrpcEndpoint);
            return create(provider, provider.GetRequiredService<ServiceChannels>().Invoker(service, address, options));
        });
        return services;
    }
}
