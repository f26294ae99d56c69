using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.TestShared;

namespace Millrace.Bench.Processes;

/// <summary>
/// A service as it is shipped, in a process of its own on free ports, with data of its own. What it costs is read from the process.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly OutputTail _output;
    private readonly TemporaryFolder _data;

    private ServiceProcess(Process process, TemporaryFolder data, int grpcPort, int httpPort)
    {
        _process = process;
        _data = data;
        _output = new OutputTail(process);
        Grpc = new Uri($"http://127.0.0.1:{grpcPort}");
        Http = new Uri($"http://127.0.0.1:{httpPort}");
    }

    /// <summary>Address of its gRPC port.</summary>
    public Uri Grpc { get; }

    /// <summary>Address of its HTTP port.</summary>
    public Uri Http { get; }

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan CpuTime => Fresh().TotalProcessorTime;

    /// <summary>Memory that it has now, in bytes.</summary>
    public long ResidentBytes => Fresh().WorkingSet64;

    /// <summary>The most memory that it ever had, in bytes.</summary>
    public long PeakResidentBytes => Fresh().PeakWorkingSet64;

    /// <summary>Starts a service on any core and waits until it is healthy.</summary>
    /// <exception cref="BenchException">It is not built, or did not become healthy; the message has its last words.</exception>
    public static Task<ServiceProcess> StartAsync(
        string service, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellationToken) =>
        StartAsync(service, settings, null, cancellationToken);

    /// <summary>Starts a service and waits until it is healthy.</summary>
    /// <param name="service">Name of its project.</param>
    /// <param name="settings">Its environment, such as <c>Inference__SlotsMax</c>.</param>
    /// <param name="cores">Processor cores that it may use, as <c>taskset</c> takes them; null for any.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="BenchException">It is not built, or did not become healthy; the message has its last words.</exception>
    public static async Task<ServiceProcess> StartAsync(
        string service, IEnumerable<KeyValuePair<string, string>> settings, string? cores, CancellationToken cancellationToken)
    {
        var ports = FreePorts.Find(2);
        var data = new TemporaryFolder();
        var start = StartInfo(service, cores);
        start.Environment["MILLRACE_GRPC_PORT"] = $"{ports[0]}";
        start.Environment["MILLRACE_HTTP_PORT"] = $"{ports[1]}";
        start.Environment["MILLRACE_MODELS_DIR"] = RepoPaths.Models;
        start.Environment["MILLRACE_DATA_DIR"] = data.Path;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new BenchException($"{service} did not start.");
        var running = new ServiceProcess(process, data, ports[0], ports[1]);
        try
        {
            await running.UntilHealthyAsync(service, cancellationToken);
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _data.Dispose();
    }

    private static ProcessStartInfo StartInfo(string service, string? cores)
    {
        // Beside this program's own folder: built in the same configuration.
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var program = Path.Combine(RepoPaths.Root, "artifacts", "bin", service, configuration, $"Millrace.{service}.dll");
        if (!File.Exists(program)) throw new BenchException($"{program} is missing: build services/{service} in the same configuration.");
        return new ProcessStartInfo(cores is null ? "dotnet" : "taskset", cores is null ? [program] : ["-c", cores, "dotnet", program])
        {
            WorkingDirectory = RepoPaths.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private async Task UntilHealthyAsync(string service, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTimeout);
        using var http = new HttpClient { BaseAddress = Http };
        using var timer = new PeriodicTimer(PollInterval);
        try
        {
            while (!await IsHealthyAsync(http, limit.Token))
            {
                if (_process.HasExited) throw new BenchException($"{service} ended with code {_process.ExitCode}:\n{_output}");
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchException($"{service} was not healthy after {StartTimeout.TotalSeconds} s:\n{_output}");
        }
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Process Fresh()
    {
        _process.Refresh();
        return _process;
    }
}
