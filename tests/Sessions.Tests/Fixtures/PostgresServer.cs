using System.Diagnostics;
using Millrace.ServiceDefaults.Hosting;
using Millrace.Sessions.Storage;
using Millrace.TestShared;

namespace Millrace.Sessions.Tests.Fixtures;

/// <summary>
/// A PostgreSQL server in a temporary folder, on a socket in it, for as long as the tests of one collection run. It refuses to run as
/// root, so root starts it as nobody.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    /// <summary>The collection of the tests that share it.</summary>
    public const string Collection = "postgres";

    private const string Nobody = "65534";

    private readonly TemporaryFolder _folder = new();
    private Process? _server;

    /// <summary>Whether the server's programs are here.</summary>
    public static bool IsInstalled => Folder is not null;

    private static string? Folder { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending()
            .Select(version => Path.Combine(version, "bin")).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
        : null;

    /// <summary>What a service is given to use the server.</summary>
    public string ConnectionString => $"Host={_folder.Path};Username=millrace;Database=postgres";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (!IsInstalled) return;
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", $"{Nobody}:{Nobody}", _folder.Path);
        var data = _folder.File("data");
        await RunAsync(Command("initdb", "-D", data, "-U", "millrace", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"));
        _server = Start(Command("postgres", "-D", data, "-k", _folder.Path, "-c", "listen_addresses="));
        await using var database = Open();
        await database.OpenAsync(CancellationToken.None).DefaultTimeout();
    }

    /// <summary>A database as the service opens it.</summary>
    public PostgresDatabase Open() => new(ConnectionString, new StoreOptions(), TimeProvider.System);

    /// <summary>Deletes what is in it.</summary>
    public async Task ClearAsync()
    {
        await using var database = Open();
        await database.WriteAsync(
            session => session.ExecuteAsync("TRUNCATE conversations, files, batches, runs, explanations CASCADE"), CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await RunAsync("kill", "-INT", $"{_server.Id}");
            await _server.WaitForExitAsync().DefaultTimeout();
            _server.Dispose();
        }

        _folder.Dispose();
    }

    private static string[] Command(string program, params string[] arguments)
    {
        string[] command = [Path.Combine(Folder ?? "", program), .. arguments];
        return Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--", .. command]
            : command;
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        await process.WaitForExitAsync().DefaultTimeout();
        if (process.ExitCode != 0) throw new StartupException($"{command[0]} ended with {process.ExitCode}.");
    }

    private static Process Start(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        var process = Process.Start(start) ?? throw new StartupException($"{command[0]} did not start.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}

/// <summary>The tests that share the server; one after the other.</summary>
[CollectionDefinition(PostgresServer.Collection)]
public sealed class PostgresTests : ICollectionFixture<PostgresServer>;
