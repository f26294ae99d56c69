using System.Threading.Channels;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;
using Millrace.Inference.Speculation;
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
    private readonly ChannelReader<EngineRequest> _requests;
    private readonly EngineClock _clock;
    private readonly Scheduler _scheduler;
    private readonly TokenTools _tools;
    private readonly Speculator? _speculator;
    private readonly EngineMeter _meter;
    private readonly PrefixKeyList _prefixKeys;
    private readonly CompletionRate _rate = new();
    private readonly List<Generation> _generations = [];
    private readonly Dictionary<long, Choice> _choices = [];
    private volatile EngineSnapshot _snapshot;
    private long _sequenceId;
    private long _lastCompletionAt;
    private TimeSpan _scheduleTime;
    private int _stepGenerated;
    private int _stepDrafted;
    private int _stepAccepted;

    /// <summary>Creates the loop of an engine.</summary>
    public EngineLoop(string model, EngineParts parts, ChannelReader<EngineRequest> requests)
    {
        (_model, _parts, _runner, _requests) = (model, parts, parts.Runner, requests);
        _clock = new EngineClock(parts.Time);
        _lastCompletionAt = _clock.Now;
        _tools = new TokenTools(parts.Vocabulary, _clock, new SamplerScratch(parts.Vocabulary));
        _speculator = parts.Drafter is { } drafter ? new Speculator(drafter, parts.DraftTokensMax) : null;
        (_meter, _prefixKeys) = (new EngineMeter(parts.Time), new PrefixKeyList(parts.Time));
        _scheduler = new Scheduler(new SchedulerLimits
        {
            SlotsMax = parts.Limits.SlotsMax,
            QueueDepthMax = parts.Limits.QueueDepthMax,
            KvCells = _runner.KvCells,
            StepTokensMax = parts.Limits.StepTokensMax,
            SharesCells = parts.Limits.SharesCells,
            CachedSequencesMax = parts.Limits.CachedSequencesMax,
            StashedTokensMax = parts.Limits.StashedTokensMax,
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
        if (!_scheduler.IsIdle) return true;
        Rest();
        return _requests.WaitToReadAsync(stop).AsTask().GetAwaiter().GetResult();
    }

    private void Rest()
    {
        _meter.Rest();
        _prefixKeys.Refresh(_scheduler.Cache, _clock.Now, atOnce: true);
        _snapshot = Observe();
    }

    private void Step()
    {
        _clock.Tick();
        TakeIn();
        DropUnwanted();
        _speculator?.Propose(_scheduler.Running);
        var plan = Plan();
        if (TryPrepare(plan) && !plan.IsEmpty && TryRun(plan)) Deliver(plan);
        _snapshot = Observe();
    }

    private StepPlan Plan()
    {
        var start = _parts.Time.GetTimestamp();
        var plan = _scheduler.Plan();
        _scheduleTime = _parts.Time.GetElapsedTime(start);
        return plan;
    }

    private void TakeIn()
    {
        while (_requests.TryRead(out var request))
            if (request is Generation generation) TakeIn(generation);
            else if (request is CacheCommand command) Run(command);
    }

    private void TakeIn(Generation generation)
    {
        // Known from here on, so that whatever happens it is ended and nobody waits for it in vain.
        _generations.Add(generation);
        generation.Prepare(() => ++_sequenceId, _tools.Scratch);
        if (_scheduler.TryEnqueue([.. generation.Choices.Select(choice => choice.Sequence)])) Register(generation);
        else generation.End(EngineRefusals.QueueFull(_parts.Limits.QueueDepthMax, _snapshot.RetryAfter));
    }

    private void Run(CacheCommand command)
    {
        try
        {
            command.Run(_scheduler.Cache, _runner);
        }
        catch (Exception error) when (error is LlamaException or MillraceException)
        {
            command.Refuse(error);
        }
        catch (Exception error)
        {
            command.Refuse(EngineRefusals.StepFailed(error));
            throw;
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
            if (generation.IsCancelled) DropCancelled(generation);
            else if (_clock.UtcNow >= generation.EndsAt) Drop(generation, TimeRanOut(generation), keep: true);
        }

        _generations.RemoveAll(generation => generation.IsOver);
    }

    private void DropCancelled(Generation generation)
    {
        Drop(generation, EngineRefusals.Cancelled(), keep: true);
        _parts.Metrics.Released(_model, _clock.Between(generation.CancelledAt, _parts.Time.GetTimestamp()));
    }

    private MillraceException TimeRanOut(Generation generation) => EngineRefusals.DeadlineExceeded(
        _clock.Between(generation.ArrivedAt, _clock.Now), generation.Choices.Any(choice => choice.Sequence.GeneratedCount > 0));

    /// <summary>
    /// Brings the native cache to where the books are. When a state cannot be brought back, all that runs has failed; everything else is
    /// done
    /// nevertheless, so that the books are right again.
    /// </summary>
    private bool TryPrepare(StepPlan plan)
    {
        if (_runner.ApplyAll(plan.Actions) is not { } failure) return true;
        EngineLog.StepFailed(_parts.Logger, _model, failure.Message);
        _scheduler.Abandon();
        FailRunning(EngineRefusals.StepFailed(failure));
        return false;
    }

    private bool TryRun(StepPlan plan)
    {
        foreach (var entry in plan.Entries) _choices[entry.Sequence.Id].Touch(_clock.Now);
        try
        {
            if (_runner.Run(plan) == RunResult.Done) return true;
            if (!_scheduler.Abandon()) FailRunning(EngineRefusals.NoRoom());
        }
        catch (LlamaException error)
        {
            EngineLog.StepFailed(_parts.Logger, _model, error.Message);
            _scheduler.Abandon();
            FailRunning(EngineRefusals.StepFailed(error));
        }

        return false;
    }

    private void Deliver(StepPlan plan)
    {
        var start = _clock.Now;
        _scheduler.Commit();
        _clock.Tick();
        (_stepGenerated, _stepDrafted, _stepAccepted) = (0, 0, 0);
        for (var i = 0; i < plan.Entries.Count; i++)
            if (plan.Entries[i].OutputCount > 0 && _choices.TryGetValue(plan.Entries[i].Sequence.Id, out var choice))
                Advance(choice, new EntryOutputs(_runner, i, plan.Entries[i]));
        Count(plan, _clock.Between(start, _clock.Now));
    }

    private void Count(StepPlan plan, TimeSpan time)
    {
        _meter.Step(plan.Entries.Count, _stepGenerated, _clock.Now);
        _speculator?.Observe(plan, _stepDrafted, _stepAccepted, time);
        _parts.Metrics.Step(_model, plan.Entries.Count, time, _scheduleTime);
        _parts.Metrics.Tokens(_model, _stepGenerated, _stepDrafted, _stepAccepted);
    }

    private void Advance(Choice choice, EntryOutputs outputs)
    {
        var (generated, drafted, accepted) = (choice.CompletionTokens, choice.DraftedTokens, choice.AcceptedTokens);
        try
        {
            var isComplete = choice.Advance(outputs, _tools);
            if (generated == 0 && choice.CompletionTokens > 0) CountPrompt(choice);
            if (isComplete) Complete(choice);
            else if (outputs.ReachEnd) _scheduler.Settle(choice.Sequence);
        }
        catch (MillraceException error)
        {
            Drop(choice.Generation, error, keep: false);
        }

        _stepGenerated += choice.CompletionTokens - generated;
        _stepDrafted += choice.DraftedTokens - drafted;
        _stepAccepted += choice.AcceptedTokens - accepted;
    }

    private void CountPrompt(Choice choice)
    {
        _meter.Prompt(choice.Sequence.PromptCount, choice.Sequence.CachedCount);
        _parts.Metrics.Prompt(_model, choice.Sequence.PromptCount, choice.Sequence.CachedCount);
    }

    private void Complete(Choice choice)
    {
        Release(choice, keep: true);
        _rate.Observe(_clock.Between(_lastCompletionAt, _clock.Now));
        _lastCompletionAt = _clock.Now;
    }

    private void Drop(Generation generation, MillraceException reason, bool keep)
    {
        foreach (var choice in generation.Choices) Release(choice, keep);
        generation.End(reason);
    }

    private void Release(Choice choice, bool keep)
    {
        if (!_choices.Remove(choice.Sequence.Id)) return;
        _scheduler.Remove(choice.Sequence, keep);
        _speculator?.Forget(choice.Sequence);
    }

    private void FailRunning(MillraceException error)
    {
        foreach (var sequence in _scheduler.Running.ToArray())
            if (_choices.TryGetValue(sequence.Id, out var choice))
                Drop(choice.Generation, error, keep: false);
    }

    private void EndAll(MillraceException error)
    {
        foreach (var generation in _generations) generation.End(error);
    }

    private EngineSnapshot Observe()
    {
        _prefixKeys.Refresh(_scheduler.Cache, _clock.Now, atOnce: false);
        return new EngineSnapshot
        {
            SlotsTotal = _parts.Limits.SlotsMax,
            SlotsUsed = _scheduler.Running.Count,
            QueueDepth = _scheduler.WaitingCount,
            QueueDepthMax = _parts.Limits.QueueDepthMax,
            KvCellsTotal = _scheduler.Cache.Total,
            KvCellsUsed = _scheduler.Cache.Used,
            KvCellsCached = _scheduler.Cache.Used - _scheduler.Cache.Pinned,
            CachedTokens = _scheduler.Cache.CachedTokens,
            PrefixKeys = _prefixKeys.Keys,
            StepsTotal = _meter.Steps,
            GeneratedTokensTotal = _meter.GeneratedTokens,
            PromptTokensTotal = _meter.PromptTokens,
            CachedTokensTotal = _meter.CachedTokens,
            DraftedTokensTotal = _speculator?.DraftedTotal ?? 0,
            AcceptedTokensTotal = _speculator?.AcceptedTotal ?? 0,
            IsSpeculating = _speculator?.IsOn ?? false,
            StepsPerSecond = _meter.StepsPerSecond,
            TokensPerSecond = _meter.TokensPerSecond,
            BatchSequences = _meter.BatchSequences,
            ScheduleTime = _scheduleTime,
            PreemptionsTotal = _scheduler.PreemptionsTotal,

            // A full queue refuses many callers at once: their return is spread over the time in which a quarter of it drains.
            RetryAfter = _rate.TimeFor(Math.Max(1, _parts.Limits.QueueDepthMax / 4)),
        };
    }
}
