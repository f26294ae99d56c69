using System.Diagnostics;
using System.Text.RegularExpressions;
using Aspire.Hosting.Processes;

namespace Millrace.Aspire.Standins.Tests.Orchestration;

/// <summary>The fixture AppHost as a process of its own, ended from outside.</summary>
public sealed partial class AppHostProcessTests
{
    [Fact]
    public async Task AppHost_WhenReady_PrintsTheTableOfItsResources()
    {
        await using var appHost = await AppHostProcess.StartAsync();

        Assert.Equal(["back", "front", "later", "tree"], appHost.Pids.Keys.Order());
        Assert.Matches("""^front +Healthy +\d+ +0 +http http://localhost:18080$""", appHost.Lines.Single(line => line.Contains(":18080")));
        Assert.Contains(appHost.Lines, line => line.StartsWith("later ", StringComparison.Ordinal) && line.Contains("NotStarted"));
    }

    [Fact]
    public async Task AppHost_Terminated_EndsWithinTenSecondsAndLeavesNoOrphan()
    {
        await using var appHost = await AppHostProcess.StartAsync();
        var started = Stopwatch.GetTimestamp();

        Signals.Send(appHost.Id, Signals.Terminate);
        var exitCode = await appHost.WaitForExitAsync();

        Assert.Equal(0, exitCode);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(appHost.Descendants, Poll.IsAlive);
    }

    [Fact]
    public async Task AppHost_Killed_LeavesNoOrphan()
    {
        await using var appHost = await AppHostProcess.StartAsync();

        Signals.Send(appHost.Id, Signals.Kill);
        await appHost.WaitForExitAsync();

        await Poll.UntilAsync(() => !appHost.Descendants.Any(Poll.IsAlive), "every descendant is gone");
    }

    [Fact]
    public async Task AppHost_WithAFixedPortThatIsTaken_SaysSoInOneLineAndFails()
    {
        await using var first = await AppHostProcess.StartAsync();
        await using var second = AppHostProcess.Launch();

        var exitCode = await second.WaitForExitAsync();

        Assert.Equal(1, exitCode);
        Assert.Equal(
            "error: Port 18080 of endpoint 'http' of 'front' is taken: end the program that listens on it or choose another.",
            Assert.Single(second.Lines));
    }

    [Fact]
    public async Task AppHost_WithAProgramThatCannotStart_SaysWhyOnceAndEndsWhenAskedTo()
    {
        await using var appHost = AppHostProcess.Launch(
            "--Broken=yes", "--AppHost:StopOnFailedStart=true", "--DcpPublisher:RandomizePorts=true");

        var exitCode = await appHost.WaitForExitAsync();

        Assert.Equal(1, exitCode);
        var lines = appHost.Lines.Where(line => line.StartsWith("broken ", StringComparison.Ordinal)).Take(2).ToList();
        Assert.Matches("^broken +Exited +exit code 3: no lamp oil; starts again in 1 s$", lines[0]);
        Assert.Matches("^broken +FailedToStart +it ended 5 times .* exit code 3: no lamp oil; ", lines[1]);
    }

    /// <summary>A running fixture AppHost, what it printed, and every process below it.</summary>
    private sealed partial class AppHostProcess : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("standins-");
        private readonly TaskCompletionSource _table = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _gate = new();
        private readonly List<string> _lines = [];
        private readonly List<Task> _output;

        private AppHostProcess(params string[] args)
        {
            var program = Path.Combine(
                TestApp.RepositoryFolder, "artifacts", "bin", "StandinAppHost",
                Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Millrace.StandinAppHost.dll");
            var info = new ProcessStartInfo(Executables.DotnetHost()) { RedirectStandardOutput = true, RedirectStandardError = true };
            string[] arguments = [program, $"--AppHost:LogsFolder={_folder.FullName}", .. args];
            foreach (var argument in arguments) info.ArgumentList.Add(argument);
            _process = Process.Start(info)!;
            _output = [LinePump.RunAsync(_process.StandardOutput, Add), LinePump.RunAsync(_process.StandardError, Add)];
        }

        public int Id => _process.Id;

        public List<int> Descendants { get; private set; } = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_gate) return [.. _lines];
            }
        }

        /// <summary>The process ids of the table, by resource; null where there is none.</summary>
        public IReadOnlyDictionary<string, int?> Pids => Lines
            .SkipWhile(line => !line.StartsWith("resource ", StringComparison.Ordinal)).Skip(1)
            .Select(line => TableRow().Match(line))
            .ToDictionary(row => row.Groups[1].Value, row => int.TryParse(row.Groups[2].Value, out var pid) ? pid : (int?)null);

        public static AppHostProcess Launch(params string[] args) => new(args);

        public static async Task<AppHostProcess> StartAsync()
        {
            var appHost = new AppHostProcess();
            await appHost._table.Task.WaitAsync(Poll.TimeMax);
            appHost.Descendants = DescendantsOf(appHost.Id);

            // Three processes of resources, a guard for each, and the child of the tree.
            Assert.Equal(7, appHost.Descendants.Count);
            return appHost;
        }

        public async Task<int> WaitForExitAsync()
        {
            await _process.WaitForExitAsync().WaitAsync(Poll.TimeMax);
            await Task.WhenAll(_output).WaitAsync(Poll.TimeMax);
            return _process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited) Signals.Send(Id, Signals.Terminate);
            await WaitForExitAsync();
            await Poll.UntilAsync(() => !Descendants.Any(Poll.IsAlive), "every descendant is gone");
            _process.Dispose();
            _folder.Delete(recursive: true);
        }

        private void Add(string line)
        {
            lock (_gate) _lines.Add(line);

            // The last row of the table.
            if (TableRow().IsMatch(line) && line.StartsWith("tree", StringComparison.Ordinal)) _table.TrySetResult();
        }

        private static List<int> DescendantsOf(int processId)
        {
            var children = Directory.EnumerateDirectories($"/proc/{processId}/task")
                .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(int.Parse).ToList();
            return [.. children, .. children.SelectMany(DescendantsOf)];
        }

        [GeneratedRegex("""^(\S+) +\S+ +(\d+|-) +\d+""")]
        private static partial Regex TableRow();
    }
}
