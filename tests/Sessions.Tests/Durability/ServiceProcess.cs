using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Clients;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Durability;

/// <summary>The service's real program in a process of its own, which is killed and started again.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly ServiceChannels _channels = new(NullLoggerFactory.Instance, TimeProvider.System);

    private ServiceProcess(Process process, int port)
    {
        _process = process;
        var address = new Uri($"http://127.0.0.1:{port}");
        var invoker = _channels.Invoker("sessions", address, new ServiceClientOptions());
        Client = new SessionsService.SessionsServiceClient(invoker);
        Runs = new RunsService.RunsServiceClient(invoker);
    }

    public SessionsService.SessionsServiceClient Client { get; }

    public RunsService.RunsServiceClient Runs { get; }

    /// <summary>Starts the program and waits until it listens.</summary>
    public static async Task<ServiceProcess> StartAsync(string folder, params IEnumerable<(string Name, string Value)> settings)
    {
        var (grpc, http) = (FreePort(), FreePort());
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(SessionsServiceExtensions).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["MILLRACE_GRPC_PORT"] = $"{grpc}", ["MILLRACE_HTTP_PORT"] = $"{http}", ["MILLRACE_DATA_DIR"] = folder,
            },
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        foreach (var port in (int[])[grpc, http]) await UntilOpenAsync(process, port);
        return new ServiceProcess(process, grpc);
    }

    /// <summary>Ends the process at once, as the system does when memory is short.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().DefaultTimeout();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _channels.Dispose();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task UntilOpenAsync(Process process, int port)
    {
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        using var timer = new PeriodicTimer(Interval);
        while (!await IsOpenAsync(port, limit.Token))
        {
            if (process.HasExited) throw new InvalidOperationException($"The process ended with {process.ExitCode}.");
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<bool> IsOpenAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
