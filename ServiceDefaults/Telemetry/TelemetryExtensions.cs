using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Configuration;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Millrace.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs through OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, else nothing but the console's log.
/// A service's own activity sources and meters are named after its assembly (<c>Millrace.Inference</c>), or begin so; ASP.NET Core's,
/// HttpClient's and the runtime's are the ones built into .NET.
/// </summary>
internal static class TelemetryExtensions
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // .NET 10 leaves its server activities without names and attributes (url.path, http.route ...) unless told otherwise.
    private const string BareActivitiesSwitch = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    // Without its own source, the gRPC client starts an activity that nobody samples, and with it the rest of the trace is lost.
    private static readonly string[] BuiltInSources = ["Microsoft.AspNetCore", "System.Net.Http", "Grpc.Net.Client"];

    private static readonly string[] BuiltInMeters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime"];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[EndpointVariable])) return;

        AppContext.SetSwitch(BareActivitiesSwitch, isEnabled: false);
        builder.Services.AddValidatedOptions<TraceRateOptions>(TraceRateOptions.Section);
        var name = builder.Environment.ApplicationName;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddEnvironmentVariableDetector().AddTelemetrySdk())
            .WithMetrics(metrics => metrics.AddMeter(name, $"{name}.*").AddMeter(BuiltInMeters).AddOtlpExporter())
            .WithTracing(tracing => tracing
                .SetSampler(services => TraceRate.Of(
                    services.GetRequiredService<IOptions<TraceRateOptions>>().Value, services.GetRequiredService<TimeProvider>()))
                .AddSource(name, $"{name}.*").AddSource(BuiltInSources)
                .AddProcessor(new HealthProbeFilter())
                .AddProcessor(new RequestNames())
                .AddOtlpExporter());
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeScopes = true;
            logging.IncludeFormattedMessage = true;
            logging.AddOtlpExporter();
        });
    }
}
