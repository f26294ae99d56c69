using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Serving;

/// <summary>
/// Many users who read streams at once, each asking again when its answer has ended: whether every token arrives, once and in order, how
/// long the first takes, and what it costs.
/// </summary>
internal sealed class StreamsBench : IBench
{
    private const double TokensPerSecond = 30;
    private const int AnswerTokens = 600;
    private const double MiB = 1 << 20;

    /// <inheritdoc/>
    public string Name => "streams";

    /// <inheritdoc/>
    public string Summary => "1,000 streams of a simulated engine at 30 tokens/s each for 60 s: tokens lost, first token, memory, CPU";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var load = run.Options.Quick
            ? new UserLoad(20, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), 30)
            : new UserLoad(1000, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60), AnswerTokens) { Settling = TimeSpan.FromSeconds(60) };
        string[] words = [.. Enumerable.Range(0, load.AnswerTokens).Select(Word)];
        await using var engine = await SimulatedEngine.StartAsync(new Speech(TokensPerSecond, _ => words));
        await using var system = await ServingSystem.StartAsync(
            new ServingSettings { Engine = engine.GrpcAddress, Telemetry = false }, cancellationToken);
        await load.WarmUpAsync(system, string.Concat(words), cancellationToken);
        var seen = await load.RunAsync(run, system, string.Concat(words), cancellationToken);

        var (all, none) = ($"of {seen.Answers + seen.Failures.Count:N0}", Target.AtMost(0));
        var first = new Samples(seen.FirstTokenMs);
        run.Add(BenchRow.Of("answers that failed", new Samples(seen.Failures.Count), all, none, seen.Failures.FirstOrDefault()));
        run.Add(BenchRow.Of("answers with a token lost or out of order", new Samples(seen.Wrong), $"of {seen.Answers:N0}", none));
        run.Add(BenchRow.Of("time to first token, p50", new Samples(first.Median), "ms"));
        run.Add(BenchRow.Of("time to first token, p99", new Samples(first.Percentile(0.99)), "ms", Target.AtMost(500)));
        run.Add(BenchRow.Of("tokens that arrived", new Samples(seen.TokensPerSecond), "tokens/s"));
        run.Add(BenchRow.Of("an answer's time over its engine's", new Samples(seen.Stretch), "ratio"));
        foreach (var (name, cpu, before, after) in seen.Processes)
        {
            run.Add(BenchRow.Of($"{name}: processor time", new Samples(cpu), "cores"));
            run.Add(BenchRow.Compare(
                ($"{name}: memory at the end", new Samples(after / MiB)),
                "MiB",
                ("in the middle", new Samples(before / MiB)),
                Target.AtMost(1.1)));
        }
    }

    private static string Word(int number) => string.Create(CultureInfo.InvariantCulture, $" w{number}");

    /// <summary>What the users saw.</summary>
    private sealed record Seen(
        int Answers,
        int Wrong,
        IReadOnlyCollection<string> Failures,
        IReadOnlyList<double> FirstTokenMs,
        double TokensPerSecond,
        double Stretch,
        IReadOnlyList<(string Name, double Cpu, double Before, double After)> Processes);

    private sealed record UserLoad(int Users, TimeSpan Ramp, TimeSpan Time, int AnswerTokens)
    {
        private readonly ConcurrentQueue<double> _firstTokenMs = new();
        private readonly ConcurrentQueue<double> _stretches = new();
        private readonly ConcurrentQueue<string> _failures = new();
        private int _answers;
        private int _wrong;
        private long _words;

        /// <summary>Time in which all ask and nothing counts: services compile for a minute and more.</summary>
        public TimeSpan Settling { get; init; }

        public async Task WarmUpAsync(ServingSystem system, string expected, CancellationToken cancellationToken)
        {
            await AnswerAsync(system.Asked, expected, cancellationToken);
            Forget();
        }

        public async Task<Seen> RunAsync(BenchRun run, ServingSystem system, string expected, CancellationToken cancellationToken)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var users = Enumerable.Range(0, Users).Select(user => UserAsync(system.Asked, expected, Ramp * user / Users, end)).ToArray();
            await Task.Delay(Ramp + Settling, cancellationToken);
            run.Progress($"{Users:N0} users, {_answers:N0} answers so far; {_failures.Count:N0} failed, {_wrong:N0} wrong");
            Forget();
            var words = Volatile.Read(ref _words);
            var start = Stopwatch.GetTimestamp();
            var cpu = system.Processes.Select(process => process.Process.CpuTime).ToArray();
            await Task.Delay(Time / 2, cancellationToken);
            var before = system.Processes.Select(process => process.Process.ResidentBytes).ToArray();
            await Task.Delay(Time / 2, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(start);
            var arrived = Volatile.Read(ref _words) - words;
            List<(string, double, double, double)> processes =
            [
                .. system.Processes.Select((process, at) => (
                    process.Name,
                    (process.Process.CpuTime - cpu[at]) / elapsed,
                    (double)before[at],
                    (double)process.Process.ResidentBytes)),
            ];
            await end.CancelAsync();
            await Task.WhenAll(users);
            return new Seen(
                _answers, _wrong, _failures, [.. _firstTokenMs], arrived / elapsed.TotalSeconds, new Samples(_stretches).Median, processes);
        }

        // What fails, or is wrong, counts whenever it does.
        private void Forget()
        {
            _firstTokenMs.Clear();
            _stretches.Clear();
        }

        private async Task UserAsync(Asked asked, string expected, TimeSpan delay, CancellationTokenSource end)
        {
            try
            {
                await Task.Delay(delay, end.Token);
                while (true) await AnswerAsync(asked, expected, end.Token);
            }
            catch (Exception) when (end.IsCancellationRequested)
            {
                // The time is over, in the middle of an answer.
            }
        }

        private async Task AnswerAsync(Asked asked, string expected, CancellationToken cancellationToken)
        {
            try
            {
                using var stream = await EventStream.OpenAsync(asked.Address, cancellationToken);
                var start = Stopwatch.GetTimestamp();
                await stream.AskAsync(asked.Request(SimulatedEngine.Model, stream: true, tokensMax: AnswerTokens), cancellationToken);
                var text = new StringBuilder(expected.Length);
                while (await stream.WordsAsync(cancellationToken) is { } words)
                {
                    if (text.Length == 0) _firstTokenMs.Enqueue(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    text.Append(words);
                    Interlocked.Add(ref _words, words.AsSpan().Count(' '));
                }

                _stretches.Enqueue(Stopwatch.GetElapsedTime(start).TotalSeconds / ((AnswerTokens - 1) / TokensPerSecond));
                Interlocked.Increment(ref _answers);
                if (!text.Equals(expected.AsSpan())) Interlocked.Increment(ref _wrong);
            }
            catch (Exception error) when (error is BenchException or System.Net.Sockets.SocketException)
            {
                _failures.Enqueue(error.Message);
            }
        }
    }
}
