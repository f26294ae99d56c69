using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Millrace.Standins.Tests.Telemetry;

/// <summary>The real OpenTelemetry SDK, started and ended by a host.</summary>
public sealed class TelemetryTests
{
    private const string Source = "millrace.standins.tests";

    [Fact]
    public async Task Tracing_HostRuns_SpansOfTheSourceAreProcessedWithTheResource()
    {
        var spans = new Collected<Activity>(span => span.OperationName);
        using var source = new ActivitySource(Source);

        await RunHost(
            services => services.AddOpenTelemetry()
                .ConfigureResource(resource => resource.AddService("mill"))
                .WithTracing(tracing => tracing.AddSource(Source).AddProcessor(new SimpleActivityExportProcessor(spans))),
            _ => source.StartActivity("grind")?.Dispose());

        Assert.Equal("grind", Assert.Single(spans.Items));
        Assert.Contains(spans.Resource.Attributes, attribute => attribute is { Key: "service.name", Value: "mill" });
    }

    [Fact]
    public async Task Metrics_HostRuns_CountersOfTheMeterAreExported()
    {
        var metrics = new Collected<Metric>(metric => metric.Name);
        using var meter = new Meter(Source);
        var sacks = meter.CreateCounter<long>("millrace.sacks");

        await RunHost(
            services => services.AddOpenTelemetry()
                .WithMetrics(builder => builder.AddMeter(Source).AddReader(new BaseExportingMetricReader(metrics))),
            _ => sacks.Add(3));

        Assert.Equal("millrace.sacks", Assert.Single(metrics.Items));
    }

    [Fact]
    public async Task Logging_HostRuns_RecordsAreProcessed()
    {
        var records = new Collected<LogRecord>(record => record.FormattedMessage);

        await RunHost(
            services => services.AddOpenTelemetry().WithLogging(
                builder => builder.AddProcessor(new SimpleLogRecordExportProcessor(records)),
                options => options.IncludeFormattedMessage = true),
            services => services.GetRequiredService<ILoggerFactory>().CreateLogger(Source).LogWarning("dry river"));

        Assert.Contains("dry river", records.Items);
    }

    [Fact]
    public void AddOpenTelemetry_CalledTwice_StartsOnceAndFirst()
    {
        var services = new ServiceCollection();
        services.AddHostedService<Idle>();

        services.AddOpenTelemetry().WithTracing();
        services.AddOpenTelemetry().WithMetrics();

        var hosted = services.Where(service => service.ServiceType == typeof(IHostedService)).ToList();
        Assert.Equal(2, hosted.Count);
        Assert.Equal(typeof(Idle), hosted[1].ImplementationType);
    }

    private static async Task RunHost(Action<IServiceCollection> configure, Action<IServiceProvider> act)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        configure(builder.Services);
        using var host = builder.Build();
        await host.StartAsync();
        act(host.Services);
        await host.StopAsync();
    }

    private sealed class Idle : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }

    // Keeps what it is told to of each item: the SDK reuses the items themselves.
    private sealed class Collected<T>(Func<T, string?> keep) : BaseExporter<T>
        where T : class
    {
        public List<string?> Items { get; } = [];

        public Resource Resource { get; private set; } = Resource.Empty;

        public override ExportResult Export(in Batch<T> batch)
        {
            foreach (var item in batch) Items.Add(keep(item));
            Resource = ParentProvider.GetResource();
            return ExportResult.Success;
        }
    }
}
