using Microsoft.Extensions.Hosting;
using OpenTelemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds OpenTelemetry to a host.</summary>
public static class OpenTelemetryServicesExtensions
{
    /// <summary>
    /// Starts the configuration of telemetry, which runs with the host. May be called often: the calls add up to one provider per signal.
    /// </summary>
    public static OpenTelemetryBuilder AddOpenTelemetry(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        // First of all hosted services, so that what the others do as they start is seen.
        if (!services.Any(IsStart)) services.Insert(0, ServiceDescriptor.Singleton<IHostedService, TelemetryStart>());
        return new OpenTelemetryBuilder(services);
    }

    private static bool IsStart(ServiceDescriptor service) =>
        !service.IsKeyedService && service.ImplementationType == typeof(TelemetryStart);
}
