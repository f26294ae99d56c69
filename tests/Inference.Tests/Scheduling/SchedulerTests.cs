using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Tests.Scheduling;

public sealed class SchedulerTests
{
    private long _id;

    [Fact]
    public void Plan_DecodesAndAPrompt_DecodesComeFirstAndThePromptGetsTheRest()
    {
        var scheduler = New(slots: 4, cells: 1000, stepTokens: 10);
        var old = NewSequence(4);
        scheduler.TryEnqueue([old]);
        Run(scheduler);
        scheduler.TryEnqueue([NewSequence(25)]);

        var plan = scheduler.Plan();

        Assert.Equal([1, 9], plan.Entries.Select(entry => entry.Count));
        Assert.Same(old, plan.Entries[0].Sequence);
        Assert.Equal(0, plan.Entries[1].OutputCount);
    }

    [Fact]
    public void Plan_LongPrompt_IsComputedInChunksOfTheBudget()
    {
        var scheduler = New(slots: 1, cells: 1000, stepTokens: 10);
        scheduler.TryEnqueue([NewSequence(25)]);

        int[] chunks = [Run(scheduler).Single().Count, Run(scheduler).Single().Count, Run(scheduler).Single().Count];

        Assert.Equal([10, 10, 5], chunks);
    }

    [Fact]
    public void Plan_NoFreeCellForADecode_PreemptsTheNewest()
    {
        var scheduler = New(slots: 2, cells: 20, stepTokens: 20);
        var (old, young) = (NewSequence(9, max: 20), NewSequence(9, max: 20));
        scheduler.TryEnqueue([old, young]);
        while (scheduler.PreemptionsTotal == 0) Run(scheduler);

        Assert.True(old.IsRunning);
        Assert.Equal(0, young.ComputedCount);
        Assert.True(young.GeneratedCount > 0);
        Assert.Equal(1, scheduler.WaitingCount);
        Assert.Equal(1, scheduler.PreemptionsTotal);
    }

    [Fact]
    public void Plan_PromptThatDoesNotFitBesideOthers_Waits()
    {
        var scheduler = New(slots: 2, cells: 20, stepTokens: 20);
        var (first, second) = (NewSequence(10, max: 12), NewSequence(12, max: 14));
        scheduler.TryEnqueue([first, second]);

        Assert.Same(first, Assert.Single(Run(scheduler)).Sequence);
        scheduler.Remove(first, keep: false);
        Assert.Same(second, Assert.Single(Run(scheduler)).Sequence);
    }

    [Fact]
    public void TryEnqueue_MoreThanSlotsAndQueueTake_TakesNone()
    {
        var scheduler = New(slots: 2, cells: 100, stepTokens: 10, queue: 3);

        Assert.True(scheduler.TryEnqueue([NewSequence(1), NewSequence(1), NewSequence(1), NewSequence(1)]));
        Assert.False(scheduler.TryEnqueue([NewSequence(1), NewSequence(1)]));
        Assert.True(scheduler.TryEnqueue([NewSequence(1)]));
        Assert.Equal(5, scheduler.WaitingCount);
    }

    [Fact]
    public void Plan_BatchClass_GoesAfterInteractive()
    {
        var scheduler = New(slots: 1, cells: 100, stepTokens: 10);
        var (batch, interactive) = (NewSequence(2, kind: SequenceClass.Batch), NewSequence(2));
        scheduler.TryEnqueue([batch]);
        scheduler.TryEnqueue([interactive]);

        Assert.Same(interactive, Run(scheduler).Single().Sequence);
    }

    [Fact]
    public void Plan_OneKeyFloodsTheQueue_OtherKeysTakeTurns()
    {
        var scheduler = New(slots: 1, cells: 100, stepTokens: 10);
        scheduler.TryEnqueue([.. Enumerable.Range(0, 4).Select(_ => NewSequence(2, key: "flood"))]);
        scheduler.TryEnqueue([NewSequence(2, key: "quiet")]);

        var order = new List<string>();
        while (!scheduler.IsIdle)
        {
            var sequence = Run(scheduler).Single().Sequence;
            order.Add(sequence.FairnessKey);
            scheduler.Remove(sequence, keep: false);
        }

        Assert.Equal(["flood", "quiet", "flood", "flood", "flood"], order);
    }

    [Fact]
    public void Abandon_SeveralRun_TheNewestGivesBackItsSlot()
    {
        var scheduler = New(slots: 2, cells: 100, stepTokens: 10);
        var (old, young) = (NewSequence(3), NewSequence(3));
        scheduler.TryEnqueue([old, young]);
        scheduler.Plan();

        Assert.True(scheduler.Abandon());
        scheduler.CheckIntegrity();
        Assert.False(young.IsRunning);
        scheduler.Plan();
        scheduler.Commit();
        scheduler.CheckIntegrity();
        Assert.Equal(3, old.ComputedCount);
    }

    [Fact]
    public void Plan_OneKeyHasAllSlots_AnotherKeyGetsItsShareAndNoMore()
    {
        var scheduler = New(slots: 4, cells: 1000, stepTokens: 64);
        scheduler.TryEnqueue([.. Enumerable.Range(0, 8).Select(_ => NewSequence(4, key: "heavy"))]);
        Run(scheduler);
        scheduler.TryEnqueue([.. Enumerable.Range(0, 4).Select(_ => NewSequence(4, key: "light"))]);

        for (var i = 0; i < 10; i++) Run(scheduler);

        Assert.Equal(2, scheduler.Running.Count(sequence => sequence.FairnessKey == "heavy"));
        Assert.Equal(2, scheduler.Running.Count(sequence => sequence.FairnessKey == "light"));
        Assert.Equal(2, scheduler.PreemptionsTotal);
    }

    [Fact]
    public void Plan_BatchHasAllSlots_InteractiveTakesOneAndTheBatchGoesOnBehindItsState()
    {
        var scheduler = New(slots: 1, cells: 1000, stepTokens: 64, cached: 4);
        var (batch, interactive) = (NewSequence(40, kind: SequenceClass.Batch, max: 100), NewSequence(4));
        scheduler.TryEnqueue([batch]);
        for (var i = 0; i < 5; i++) Run(scheduler);
        scheduler.TryEnqueue([interactive]);

        Assert.Same(interactive, Run(scheduler).Single().Sequence);
        scheduler.Remove(interactive, keep: false);
        var again = Run(scheduler).Single();

        Assert.Same(batch, again.Sequence);
        Assert.Equal((batch.Count - 2, 1), (again.Start, again.Count));
    }

    [Fact]
    public void Plan_InteractiveHasAllSlots_BatchWaits()
    {
        var scheduler = New(slots: 2, cells: 1000, stepTokens: 64);
        scheduler.TryEnqueue([NewSequence(4, key: "a"), NewSequence(4, key: "a")]);
        Run(scheduler);
        scheduler.TryEnqueue([NewSequence(4, kind: SequenceClass.Batch, key: "b")]);

        Run(scheduler);

        Assert.Equal(0, scheduler.PreemptionsTotal);
        Assert.Equal(1, scheduler.WaitingCount);
    }

    private static Scheduler New(int slots, int cells, int stepTokens, int queue = 100, int cached = 0) => new(new SchedulerLimits
    {
        SlotsMax = slots, QueueDepthMax = queue, KvCells = cells, StepTokensMax = stepTokens, CachedSequencesMax = cached,
    });

    private Sequence NewSequence(int prompt, int max = 50, SequenceClass kind = SequenceClass.Interactive, string key = "") =>
        new(++_id, new int[prompt], max) { Class = kind, FairnessKey = key };

    private static StepEntry[] Run(Scheduler scheduler)
    {
        StepEntry[] entries = [.. scheduler.Plan().Entries];
        scheduler.Commit();
        foreach (var entry in entries)
            if (entry.ReachesEnd)
                entry.Sequence.Append(1);
        scheduler.CheckIntegrity();
        return entries;
    }
}
