using Microsoft.Extensions.DependencyInjection;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Upstreams;

/// <summary>Adds upstreams to a service.</summary>
internal static class UpstreamServices
{
    /// <summary>Adds the upstreams of a section of the configuration, which is checked at start.</summary>
    /// <param name="services">The collection.</param>
    /// <param name="section">The section, such as <c>Inference:Upstreams</c>.</param>
    /// <param name="host">What the service decides for all of them.</param>
    public static IServiceCollection AddUpstreams(
        this IServiceCollection services, string section, Func<IServiceProvider, UpstreamHost> host)
    {
        services.AddValidatedOptions<UpstreamsOptions>(section);
        return services.AddSingleton(host)
            .AddSingleton<UpstreamTelemetry>()
            .AddSingleton<UpstreamRegistry>()
            .AddSingleton<UpstreamRuntime>()
            .AddSingleton<UpstreamCounter>()
            .AddSingleton<UpstreamReporter>();
    }
}
