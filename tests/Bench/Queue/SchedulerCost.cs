using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.Inference.Scheduling;

namespace Millrace.Bench.Queue;

/// <summary>What the scheduler costs by itself: steps are planned and committed, and nothing is computed.</summary>
internal static class SchedulerCost
{
    private const int PromptTokens = 24;

    /// <summary>Lets a full queue run dry, several times.</summary>
    /// <param name="slots">Sequences that are decoded together.</param>
    /// <param name="sequences">Sequences in all.</param>
    /// <param name="tokens">Tokens that each generates.</param>
    /// <param name="rounds">How often.</param>
    /// <returns>Microseconds per step, by round.</returns>
    public static Samples Measure(int slots, int sequences, int tokens, int rounds) =>
        new(Enumerable.Range(0, rounds + 1).Select(_ => StepUs(slots, sequences, tokens)).Skip(1));

    private static double StepUs(int slots, int sequences, int tokens)
    {
        var scheduler = new Scheduler(new SchedulerLimits
        {
            SlotsMax = slots,
            QueueDepthMax = sequences,
            KvCells = slots * (PromptTokens + tokens),
            StepTokensMax = 512,
        });
        scheduler.TryEnqueue(
            [.. Enumerable.Range(0, sequences).Select(id => new Sequence(id, new int[PromptTokens], PromptTokens + tokens))]);
        var steps = 0;
        var start = Stopwatch.GetTimestamp();
        for (; !scheduler.IsIdle; steps++) Step(scheduler);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / steps;
    }

    private static void Step(Scheduler scheduler)
    {
        var plan = scheduler.Plan();
        scheduler.Commit();
        foreach (var entry in plan.Entries)
        {
            if (!entry.ReachesEnd) continue;
            entry.Sequence.Append(0);
            if (entry.Sequence.IsFull) scheduler.Remove(entry.Sequence, keep: false);
        }
    }
}
