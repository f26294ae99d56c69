using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Millrace.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs through OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, else nothing but the console's log.
/// A service's own activity source and meter are named after its assembly (<c>Millrace.Inference</c>); ASP.NET Core's, HttpClient's and the
/// runtime's are the ones built into .NET.
/// </summary>
internal static class TelemetryExtensions
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] BuiltInMeters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime"];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[EndpointVariable])) return;

        var name = builder.Environment.ApplicationName;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddEnvironmentVariableDetector().AddTelemetrySdk())
            .WithMetrics(metrics => metrics.AddMeter(name).AddMeter(BuiltInMeters).AddOtlpExporter())
            .WithTracing(tracing => tracing
                .AddSource(name, "Microsoft.AspNetCore", "System.Net.Http")
                .AddProcessor(new HealthProbeFilter())
                .AddOtlpExporter());
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeScopes = true;
            logging.IncludeFormattedMessage = true;
            logging.AddOtlpExporter();
        });
    }
}
