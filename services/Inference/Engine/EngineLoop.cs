using System.Threading.Channels;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Engine;

/// <summary>
/// What an engine's thread does, over and over: take in new requests, drop those that nobody waits for, plan a step, run it, choose a
/// token for every sequence that has caught up. Everything here belongs to that thread. The channel of requests is the only way in, each
/// generation's own channel and the snapshot the only ways out.
/// </summary>
internal sealed class EngineLoop
{
    private readonly string _model;
    private readonly EngineParts _parts;
    private readonly ISequenceRunner _runner;
    private readonly ChannelReader<Generation> _requests;
    private readonly EngineClock _clock;
    private readonly Scheduler _scheduler;
    private readonly SamplerScratch _scratch;
    private readonly CompletionRate _rate = new();
    private readonly List<Generation> _generations = [];
    private readonly Dictionary<long, Choice> _choices = [];
    private volatile EngineSnapshot _snapshot;
    private long _sequenceId;
    private long _lastCompletionAt;
    private long _generatedTokens;
    private long _steps;

    /// <summary>Creates the loop of an engine.</summary>
    public EngineLoop(string model, EngineParts parts, ChannelReader<Generation> requests)
    {
        (_model, _parts, _runner, _requests) = (model, parts, parts.Runner, requests);
        _clock = new EngineClock(parts.Time);
        _lastCompletionAt = _clock.Now;
        _scratch = new SamplerScratch(parts.Vocabulary);
        _scheduler = new Scheduler(new SchedulerLimits
        {
            SlotsMax = parts.Limits.SlotsMax,
            QueueDepthMax = parts.Limits.QueueDepthMax,
            KvCells = _runner.KvCells,
            StepTokensMax = parts.Limits.StepTokensMax,
        });
        _snapshot = Observe();
    }

    /// <summary>Load and capacity after the last step. May be read from any thread.</summary>
    public EngineSnapshot Snapshot => _snapshot;

    /// <summary>Works until <paramref name="stop"/>; what is unfinished then is ended as <see cref="Reason.Draining"/>.</summary>
    public void Run(CancellationToken stop)
    {
        try
        {
            while (WaitForWork(stop)) Step();
            EndAll(EngineRefusals.Stopped());
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            EndAll(EngineRefusals.Stopped());
        }
        catch (Exception error)
        {
            EngineLog.EngineBroken(_parts.Logger, _model, error);
            EndAll(EngineRefusals.Broken());
            throw;
        }
    }

    private bool WaitForWork(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return !_scheduler.IsIdle || _requests.WaitToReadAsync(stop).AsTask().GetAwaiter().GetResult();
    }

    private void Step()
    {
        _clock.Tick();
        TakeIn();
        DropUnwanted();
        var plan = _scheduler.Plan();
        foreach (var slot in plan.EvictedSlots) _runner.Release(slot);
        if (!plan.IsEmpty && TryRun(plan)) Deliver(plan);
        _snapshot = Observe();
    }

    private void TakeIn()
    {
        while (_requests.TryRead(out var generation))
        {
            // Known from here on, so that whatever happens it is ended and nobody waits for it in vain.
            _generations.Add(generation);
            generation.Prepare(() => ++_sequenceId, _scratch);
            if (_scheduler.TryEnqueue([.. generation.Choices.Select(choice => choice.Sequence)])) Register(generation);
            else generation.End(EngineRefusals.QueueFull(_parts.Limits.QueueDepthMax, _snapshot.RetryAfter));
        }
    }

    private void Register(Generation generation)
    {
        foreach (var choice in generation.Choices) _choices.Add(choice.Sequence.Id, choice);
    }

    private void DropUnwanted()
    {
        foreach (var generation in _generations)
        {
            if (generation.IsOver) continue;
            if (generation.IsCancelled) Drop(generation, EngineRefusals.Cancelled());
            else if (_clock.UtcNow >= generation.EndsAt) Drop(generation, TimeRanOut(generation));
        }

        _generations.RemoveAll(generation => generation.IsOver);
    }

    private MillraceException TimeRanOut(Generation generation) => EngineRefusals.DeadlineExceeded(
        _clock.Between(generation.ArrivedAt, _clock.Now), generation.Choices.Any(choice => choice.Sequence.GeneratedCount > 0));

    private bool TryRun(StepPlan plan)
    {
        foreach (var entry in plan.Entries) _choices[entry.Sequence.Id].Touch(_clock.Now);
        try
        {
            if (_runner.Run(plan) == RunResult.Done) return true;
            if (!TryMakeRoom()) FailRunning(EngineRefusals.NoRoom());
        }
        catch (LlamaException error)
        {
            EngineLog.StepFailed(_parts.Logger, _model, error.Message);
            TryMakeRoom();
            FailRunning(EngineRefusals.StepFailed(error));
        }

        return false;
    }

    private bool TryMakeRoom()
    {
        if (_scheduler.Abandon() is not { } slot) return false;
        _runner.Release(slot);
        return true;
    }

    private void Deliver(StepPlan plan)
    {
        _steps++;
        _scheduler.Commit();
        _clock.Tick();
        for (var i = 0; i < plan.Entries.Count; i++)
            if (plan.Entries[i].WantsOutput && _choices.TryGetValue(plan.Entries[i].Sequence.Id, out var choice))
                Advance(choice, _runner.Logits(i));
    }

    private void Advance(Choice choice, ReadOnlySpan<float> logits)
    {
        _generatedTokens++;
        try
        {
            if (choice.Advance(logits, _parts.Vocabulary, _clock)) Complete(choice);
        }
        catch (MillraceException error)
        {
            Drop(choice.Generation, error);
        }
    }

    private void Complete(Choice choice)
    {
        Release(choice);
        _rate.Observe(_clock.Between(_lastCompletionAt, _clock.Now));
        _lastCompletionAt = _clock.Now;
    }

    private void Drop(Generation generation, MillraceException reason)
    {
        foreach (var choice in generation.Choices) Release(choice);
        generation.End(reason);
    }

    private void Release(Choice choice)
    {
        if (!_choices.Remove(choice.Sequence.Id)) return;
        if (_scheduler.Remove(choice.Sequence) is { } slot) _runner.Release(slot);
    }

    private void FailRunning(MillraceException error)
    {
        foreach (var sequence in _scheduler.Running.ToArray())
            if (_choices.TryGetValue(sequence.Id, out var choice))
                Drop(choice.Generation, error);
    }

    private void EndAll(MillraceException error)
    {
        foreach (var generation in _generations) generation.End(error);
    }

    private EngineSnapshot Observe() => new()
    {
        SlotsTotal = _parts.Limits.SlotsMax,
        SlotsUsed = _scheduler.Running.Count,
        QueueDepth = _scheduler.WaitingCount,
        QueueDepthMax = _parts.Limits.QueueDepthMax,
        KvCellsTotal = _scheduler.CellsTotal,
        KvCellsUsed = _scheduler.CellsUsed,
        StepsTotal = _steps,
        GeneratedTokensTotal = _generatedTokens,
        PreemptionsTotal = _scheduler.PreemptionsTotal,

        // A full queue refuses many callers at once: their return is spread over the time in which a quarter of it drains.
        RetryAfter = _rate.TimeFor(Math.Max(1, _parts.Limits.QueueDepthMax / 4)),
    };
}
