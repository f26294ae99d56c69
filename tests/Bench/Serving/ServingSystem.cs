using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Millrace.ApiKeys;
using Millrace.Bench.Affinity;
using Millrace.Bench.Processes;
using Millrace.TestShared;

namespace Millrace.Bench.Serving;

/// <summary>What of the platform runs, and where.</summary>
internal sealed record ServingSettings
{
    /// <summary>Address of the pool's member when that is none of its own; null for the real one.</summary>
    public Uri? Engine { get; init; }

    /// <summary>Settings of the real member.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Inference { get; init; } = [];

    /// <summary>Whether documents can be asked: the real Embedding, Retrieval and Sessions run, and the samples are ingested.</summary>
    public bool Documents { get; init; }

    /// <summary>Whether traces, metrics and logs are sent to a collector.</summary>
    public bool Telemetry { get; init; } = true;

    /// <summary>Processor cores of all services, as <c>taskset</c> takes them; null for any.</summary>
    public string? Cores { get; init; }

    /// <summary>More settings of every service.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Common { get; init; } = [];

    /// <summary>More settings of the Gateway.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Gateway { get; init; } = [];
}

/// <summary>
/// The platform as `./run` has it, each service in a process of its own: keys are asked for, limits are counted, telemetry is sent.
/// </summary>
internal sealed class ServingSystem : IAsyncDisposable
{
    private readonly ServingSettings _settings;
    private readonly TemporaryFolder _keys = new();
    private readonly List<(string Name, ServiceProcess Process)> _processes = [];
    private ServiceUnderTest? _standins;

    private ServingSystem(ServingSettings settings) => _settings = settings;

    /// <summary>Address of the edge.</summary>
    public Uri Edge { get; private set; } = new("http://127.0.0.1");

    /// <summary>A key for everything, with limits that nothing here reaches.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The edge as something to ask.</summary>
    public Asked Asked => new(Edge, $"authorization: Bearer {Key}");

    /// <summary>Its processes.</summary>
    public IReadOnlyList<(string Name, ServiceProcess Process)> Processes => _processes;

    /// <summary>Starts everything and waits until it is healthy.</summary>
    public static async Task<ServingSystem> StartAsync(ServingSettings settings, CancellationToken cancellationToken)
    {
        var system = new ServingSystem(settings);
        try
        {
            await system.StartAllAsync(cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>A process by its service's name.</summary>
    public ServiceProcess this[string name] => _processes.Single(process => process.Name == name).Process;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process) in Enumerable.Reverse(_processes)) await process.DisposeAsync();
        if (_standins is not null) await _standins.DisposeAsync();
        _keys.Dispose();
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        _standins = await ServiceUnderTest.StartAsync(
            builder => builder.Services.AddSingleton<NoEncoders>(),
            app =>
            {
                app.MapGrpcService<NoEncoders>();
                app.MapPost("/v1/{signal}", () => Results.Ok());
            });
        await StartAsync("Guardrails", [], cancellationToken);
        if (_settings.Documents) await StartDocumentsAsync(cancellationToken);
        if (_settings.Engine is null) await StartAsync("Inference", _settings.Inference, cancellationToken);
        await StartAsync("Gateway", [.. Addresses(), .. _settings.Gateway], cancellationToken);
        await StartAsync("Edge", EdgeSettings(), cancellationToken);
        Edge = this["Edge"].Http;
    }

    private async Task StartDocumentsAsync(CancellationToken cancellationToken)
    {
        await StartAsync("Embedding", [], cancellationToken);
        await StartAsync("Sessions", [], cancellationToken);
        var samples = Path.Combine(RepoPaths.Root, "samples", "knowledge-base");
        await StartAsync(
            "Retrieval", [Address("embedding", this["Embedding"].Grpc), new("Seeding__Folder", samples)], cancellationToken);
    }

    private async Task StartAsync(
        string service, IReadOnlyList<KeyValuePair<string, string>> settings, CancellationToken cancellationToken) =>
        _processes.Add((service, await ServiceProcess.StartAsync(
            service, [.. settings, .. _settings.Common, .. Telemetry()], _settings.Cores, cancellationToken)));

    private IEnumerable<KeyValuePair<string, string>> Telemetry() => !_settings.Telemetry || _standins is null
        ? []
        : [new("OTEL_EXPORTER_OTLP_ENDPOINT", $"{_standins.HttpAddress}"), new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")];

    private IEnumerable<KeyValuePair<string, string>> Addresses() =>
    [
        Address("guardrails", this["Guardrails"].Grpc),
        Address("embedding", Or("Embedding")),
        Address("retrieval", Or("Retrieval")),
        Address("sessions", Or("Sessions")),
        Address("inference-1", _settings.Engine ?? this["Inference"].Grpc),
    ];

    private Uri? Or(string service) => _settings.Documents ? this[service].Grpc : _standins?.GrpcAddress;

    private static KeyValuePair<string, string> Address(string service, Uri? address) => new($"services__{service}__grpc__0", $"{address}");

    private List<KeyValuePair<string, string>> EdgeSettings()
    {
        var file = _keys.File(FileKeyStore.FileName);
        var (key, text) = new KeyDraft { Name = "bench", RequestsPerMinute = 100_000_000, TokensPerMinute = 2_000_000_000 }
            .Create(TimeProvider.System.GetUtcNow());
        new FileKeyStore(file).Change(keys => [.. keys, key]);
        Key = text;
        return
        [
            new("services__gateway__http__0", $"{this["Gateway"].Http}"),
            new("Edge__Keys__Mode", "Required"),
            new("Edge__Keys__File", file),
        ];
    }
}
