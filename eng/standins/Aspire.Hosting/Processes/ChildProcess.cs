using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>What to run, where, and with which variables on top of the AppHost's own; a null value removes a variable.</summary>
internal sealed record LaunchSpec(
    string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string?> Environment);

/// <summary>
/// A child in a session of its own, so that the terminal's Ctrl-C does not reach it before the ordered shutdown. Beside it, in the same
/// process group, a shell waits on a pipe that the AppHost holds: when the AppHost dies, however it dies, the pipe closes and the shell
/// ends the whole group.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private const string Setsid = "setsid";

    // bash, because other shells drop variables such as services__inference-1__grpc__0, whose names are no identifiers.
    // `read` returns when the pipe closes. TERM first, so that the child may end cleanly; the shell itself ignores it.
    private const string Guarded =
        "exec 3<&0; (trap '' TERM; read _ <&3; kill -TERM 0; sleep 3; kill -KILL 0) >/dev/null 2>&1 & exec \"$@\" 3<&- </dev/null";

    private readonly Process _process;
    private readonly Task _output;
    private volatile string? _lastError;

    private ChildProcess(Process process, Action<string> onLine)
    {
        _process = process;
        _output = Task.WhenAll(LinePump.RunAsync(process.StandardOutput, onLine), LinePump.RunAsync(process.StandardError, OnErrorLine));

        void OnErrorLine(string line)
        {
            if (!string.IsNullOrWhiteSpace(line)) _lastError = line;
            onLine(line);
        }
    }

    /// <summary>The process id of the program itself: neither the session nor the guard adds a process above it.</summary>
    public int Id => _process.Id;

    /// <summary>The last line that the program wrote to its standard error: what a program that fails says last; null for none.</summary>
    public string? LastError => _lastError;

    /// <summary>Starts the program; every line of its output goes to <paramref name="onLine"/>, from two threads.</summary>
    /// <exception cref="DistributedApplicationException">The program or its folder does not exist.</exception>
    public static ChildProcess Start(LaunchSpec spec, Action<string> onLine)
    {
        if (!OperatingSystem.IsLinux())
            throw new DistributedApplicationException("The local orchestrator runs on Linux only: use PackageSet=full.");
        if (!Directory.Exists(spec.WorkingDirectory))
            throw new DistributedApplicationException($"The working directory '{spec.WorkingDirectory}' does not exist.");
        if (Executables.Find(spec.FileName) is not { } path)
            throw new DistributedApplicationException($"The program '{spec.FileName}' was not found: install it or put it on PATH.");
        return new ChildProcess(StartGuarded(spec, path), onLine);
    }

    /// <summary>Waits for the end of the program, ends what it left behind in its group, and returns its exit code.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        var exitCode = _process.ExitCode;
        KillGroup();
        await _output;
        return exitCode;
    }

    public void Terminate() => Signals.Send(Id, Signals.Terminate);

    public void Kill()
    {
        if (!_process.HasExited) Signals.Send(Id, Signals.Kill);
        KillGroup();
    }

    public void Dispose()
    {
        KillGroup();
        _process.Dispose();
    }

    // The guard lives until its pipe closes, which Dispose does, so the group's id cannot be another's before that.
    private void KillGroup() => Signals.Send(-Id, Signals.Kill);

    private static Process StartGuarded(LaunchSpec spec, string path)
    {
        var info = new ProcessStartInfo(Setsid)
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = ["bash", "-p", "-c", Guarded, "millrace-guard", path, .. spec.Arguments];
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        foreach (var (name, value) in spec.Environment) info.Environment[name] = value;
        try
        {
            return Process.Start(info) ?? throw new DistributedApplicationException($"The program '{path}' could not be started.");
        }
        catch (Win32Exception exception)
        {
            throw new DistributedApplicationException($"The program '{Setsid}' of util-linux could not be started: install it.", exception);
        }
    }
}
