using System.Diagnostics;
using System.Text;
using Millrace.Bench.Harness;
using Millrace.Bench.Load;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Bench.Queue;

/// <summary>
/// Far more requests at once than slots: whether each is answered whole and in order, whether the member's memory stays what it was, and
/// what it costs to schedule.
/// </summary>
internal sealed class QueueBench : IBench
{
    private const int Slots = 16;
    private const int QueueDepth = 1024;
    private const int PromptTokens = 24;
    private const int ContextTokens = 256;
    private const double MiB = 1 << 20;

    /// <inheritdoc/>
    public string Name => "queue";

    /// <inheritdoc/>
    public string Summary => "1,000 requests at once over 16 slots: none lost, all in order, memory flat; cost of a scheduler step";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var (requests, tokens) = run.Options.Quick ? (100, 8) : (1000, 32);
        await using var member = await MemberProcess.StartAsync(
            new MemberSettings { Model = BenchRun.TinyModel.Path, Slots = Slots, ContextTokens = ContextTokens, QueueDepth = QueueDepth },
            cancellationToken);
        using var model = LlamaModel.Load(BenchRun.TinyModel.Path, new LlamaModelOptions { VocabularyOnly = true });

        var atStart = Resident(member);
        var first = await FloodAsync(run, member, new(model, 1, requests, tokens), cancellationToken);
        var afterFirst = Resident(member);
        var second = await FloodAsync(run, member, new(model, 2, requests, tokens), cancellationToken);
        var afterSecond = Resident(member);

        Report(run, requests, [first, second]);
        run.Add(BenchRow.Of("memory before", new Samples(atStart), "MiB"));
        run.Add(BenchRow.Of("memory, peak", new Samples(member.Process.PeakResidentBytes / MiB), "MiB"));
        run.Add(BenchRow.Compare(
            ("memory after the second round", new Samples(afterSecond)),
            "MiB",
            ("after the first", new Samples(afterFirst)),
            Target.AtMost(1.05)));
        run.Add(BenchRow.Of(
            "scheduler, per step of 16", SchedulerCost.Measure(Slots, requests, tokens, run.Options.Quick ? 2 : 20), "us"));
    }

    private static void Report(BenchRun run, int requests, IReadOnlyList<Flood> floods)
    {
        Add("requests lost", $"of {requests:N0}", flood => flood.Lost, Target.AtMost(0));
        Add("answers whose text is not their tokens in order", $"of {requests:N0}", flood => flood.OutOfOrder, Target.AtMost(0));
        Add("requests per second", "1/s", flood => requests / flood.Elapsed.TotalSeconds);
        Add("tokens per second", "tokens/s", flood => flood.Tokens / flood.Elapsed.TotalSeconds);
        Add("time to first token, p99", "ms", flood => flood.FirstTokens.Percentile(0.99));

        void Add(string metric, string unit, Func<Flood, double> figure, Target? target = null) =>
            run.Add(BenchRow.Of(metric, new Samples(floods.Select(figure)), unit, target));
    }

    private static async Task<Flood> FloodAsync(BenchRun run, MemberProcess member, Wave wave, CancellationToken cancellationToken)
    {
        run.Progress($"{wave.Requests:N0} requests at once, round {wave.Round} of 2");
        var prompts = new Prompts(wave.Model.Vocab).Many(wave.Round, wave.Requests, PromptTokens);
        var start = Stopwatch.GetTimestamp();
        var streams = await Task.WhenAll(
            prompts.Select(prompt => Task.Run(() => TryAsync(member, prompt, wave.Tokens, cancellationToken))));
        var elapsed = Stopwatch.GetElapsedTime(start);
        var complete = streams.OfType<StreamResult>().ToList();
        if (complete.Count == 0) throw new BenchException("No request of the flood was answered.");
        return new Flood(
            elapsed,
            wave.Requests - complete.Count,
            complete.Count(stream => Spell(wave.Model.Vocab, stream.Ids) != stream.Text),
            complete.Sum(stream => stream.Ids.Count),
            new Samples(complete.Select(stream => stream.FirstTokenMs)));
    }

    private static async Task<StreamResult?> TryAsync(MemberProcess member, int[] prompt, int tokens, CancellationToken cancellationToken)
    {
        try
        {
            return await StreamLoad.StreamAsync(member.Client, StreamLoad.Greedy(prompt, tokens), cancellationToken);
        }
        catch (Exception error) when (error is MillraceException or BenchException && !cancellationToken.IsCancellationRequested)
        {
            // Whatever the reason, it is lost to whoever asked.
            return null;
        }
    }

    private static string Spell(LlamaVocab vocab, IEnumerable<int> ids) =>
        Encoding.UTF8.GetString([.. ids.SelectMany(id => vocab.GetPiece(new LlamaToken(id)))]);

    private static double Resident(MemberProcess member) => member.Process.ResidentBytes / MiB;

    private sealed record Wave(LlamaModel Model, int Round, int Requests, int Tokens);

    private sealed record Flood(TimeSpan Elapsed, int Lost, int OutOfOrder, int Tokens, Samples FirstTokens);
}
