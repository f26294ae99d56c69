using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Millrace.TestShared;

namespace Millrace.SystemTests.Keys;

/// <summary>A redis-server without a file, which comes back on the same port after it was killed.</summary>
internal sealed class KillableRedis : IDisposable
{
    private readonly int _port = UnusedPort();
    private Process? _process;

    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);

    /// <summary>Where it listens.</summary>
    public string Address => $"127.0.0.1:{_port}";

    /// <summary>Starts it where there is one, and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        if (Program is null) return;
        var start = new ProcessStartInfo(Program, ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", "", "--dir", Path.GetTempPath()])
        {
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
        while (await _process.StandardOutput.ReadLineAsync().DefaultTimeout() is { } line)
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal)) return;
        throw new InvalidOperationException("redis-server ended before it was ready.");
    }

    /// <summary>Kills it.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Kill();

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
