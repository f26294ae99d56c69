using Microsoft.Extensions.DependencyInjection;
using Millrace.ServiceDefaults.Tests.Wire;
using OpenTelemetry.Trace;

namespace Millrace.ServiceDefaults.Tests.Telemetry;

/// <summary>Activities are listened to by the whole process, so that no other test may run beside these.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests
{
    private const string Server = "Microsoft.AspNetCore";
    private const string Method = "millrace.servicedefaults.tests.Relay/Unary";

    [Fact]
    public async Task Request_EndpointSet_IsOneTraceAndTheProbesAreNone()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        string traceId;
        await using (var host = await RelayHost.StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint)))
        {
            await ProbeAsync(host);
            traceId = (await host.Client.UnaryAsync(new Order())).TraceId;
            await ProbeAsync(host);
        }

        var server = Assert.Single(collector.Spans, span => span.Scope == Server);
        Assert.Equal(traceId, server.TraceId);
        Assert.Equal(Method, server.Name);
        Assert.Contains(new ReceivedSpan("Grpc.Net.Client", Method, traceId), collector.Spans);
        Assert.Contains(collector.Exports, path => path.EndsWith("MetricsService/Export", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_NoEndpoint_ExportsNothing()
    {
        await using var host = await RelayHost.StartAsync();

        var seen = await host.Client.UnaryAsync(new Order());

        Assert.Equal(1, seen.Calls);
        Assert.Null(host.Service.Services.GetService<TracerProvider>());
    }

    private static async Task ProbeAsync(RelayHost host)
    {
        using var health = await host.Service.Http.GetAsync(new Uri("/health", UriKind.Relative));
        using var alive = await host.Service.Http.GetAsync(new Uri("/alive", UriKind.Relative));
        var grpc = new Contracts.Health.V1.Health.HealthClient(host.Service.Invoker());
        await grpc.CheckAsync(new Contracts.Health.V1.HealthCheckRequest());
        Assert.True(health.IsSuccessStatusCode && alive.IsSuccessStatusCode);
    }
}
