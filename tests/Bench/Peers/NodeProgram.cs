using System.Diagnostics;
using System.Net.Sockets;
using Millrace.Bench.Harness;
using Millrace.Bench.Processes;

namespace Millrace.Bench.Peers;

/// <summary>A server that Node runs, on the cores of what is measured.</summary>
internal sealed class NodeProgram : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;

    private NodeProgram(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts a program and waits until its port takes connections.</summary>
    /// <param name="arguments">The program and its arguments, for a port.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="BenchException">Node is missing, or the program ended.</exception>
    public static async Task<NodeProgram> StartAsync(Func<int, IReadOnlyList<string>> arguments, CancellationToken cancellationToken)
    {
        var port = FreePorts.Find(1)[0];
        var start = new ProcessStartInfo("taskset", ["-c", Cores.Measured, "node", .. arguments(port)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_ENV"] = "production";
        var process = Process.Start(start) ?? throw new BenchException("node did not start.");
        var output = new OutputTail(process);
        var program = new NodeProgram(process, new Uri($"http://127.0.0.1:{port}"));
        try
        {
            await program.UntilListeningAsync(output, cancellationToken);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task UntilListeningAsync(OutputTail output, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTimeout);
        using var timer = new PeriodicTimer(PollInterval);
        while (!await IsListeningAsync(limit.Token))
        {
            if (_process.HasExited) throw new BenchException($"node ended with code {_process.ExitCode}:\n{output}");
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private async Task<bool> IsListeningAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var connection = await Serving.RawConnection.OpenAsync(Address, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
