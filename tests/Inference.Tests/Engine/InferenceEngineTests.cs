using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Inference.Engine;
using Millrace.Inference.Sampling;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Engine;

public sealed class InferenceEngineTests
{
    private static readonly int[] Prompt = [3, 1, 4, 1, 5];

    [Fact]
    public async Task Submit_200AtOnceOver4Slots_EveryAnswerIsRightAndNothingIsLost()
    {
        var runner = new FakeRunner(kvCells: 400);
        await using var engine = Start(runner, slots: 4, queue: 200);
        var random = new Random(1);
        int[] RandomPrompt() => [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(1, 50))];
        var prompts = Enumerable.Range(0, 200).Select(_ => RandomPrompt()).ToArray();

        var asked = prompts.Select(prompt => Task.Run(() => ReadAsync(engine.Submit(Request(prompt, 30)))));
        var answers = await Task.WhenAll(asked).DefaultTimeout();

        for (var i = 0; i < prompts.Length; i++) Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(prompts[i], 30)), answers[i].Text);
        Assert.Equal(4, runner.EntriesMax);
        Assert.All(answers, answer => Assert.Equal(FinishReason.Length, answer.Finished.Reason));
    }

    [Fact]
    public async Task Submit_CacheTooSmallForAll_PreemptsAndAnswersStayRight()
    {
        var runner = new FakeRunner(kvCells: 128);
        await using var engine = Start(runner, slots: 8, context: 100);
        var prompts = Enumerable.Range(1, 24).Select(first => new[] { first, 2, 3 }).ToArray();

        var answers = await Task.WhenAll(prompts.Select(prompt => ReadAsync(engine.Submit(Request(prompt, 80))))).DefaultTimeout();

        for (var i = 0; i < prompts.Length; i++) Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(prompts[i], 80)), answers[i].Text);
        Assert.True(engine.Snapshot.PreemptionsTotal > 0);
    }

    [Fact]
    public async Task Cancel_RunningRequest_FreesItsSlotWithinOneStep()
    {
        using var gate = new SemaphoreSlim(0);
        var runner = new FakeRunner(kvCells: 256, gate);
        await using var engine = Start(runner, slots: 1);
        var first = engine.Submit(Request(Prompt, 200));
        gate.Release();
        await first.Events.WaitToReadAsync().AsTask().DefaultTimeout();

        // The engine now stands before its second step of the first request; the cancellation takes effect before its third.
        first.Cancel();
        var second = engine.Submit(Request(Prompt, 3));
        gate.Release(4);

        Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(Prompt, 3)), (await ReadAsync(second).DefaultTimeout()).Text);
        Assert.Equal(Reason.Cancelled, await FailureAsync(first));
        Assert.Equal(5, runner.Steps);
    }

    [Fact]
    public async Task Submit_QueueIsFull_RefusesWithATimeToWait()
    {
        using var gate = new SemaphoreSlim(0);
        await using var engine = Start(new FakeRunner(kvCells: 256, gate), slots: 1, queue: 2);
        var submitted = Enumerable.Range(0, 12).Select(_ => engine.Submit(Request(Prompt, 2))).ToList();
        gate.Release(1000);

        var outcomes = await Task.WhenAll(submitted.Select(OutcomeAsync)).DefaultTimeout();

        var refusals = outcomes.OfType<MillraceException>().ToList();
        Assert.NotEmpty(refusals);
        Assert.InRange(outcomes.Count(outcome => outcome is null), 3, 6);
        Assert.All(refusals, refusal => Assert.Equal(Reason.QueueFull, refusal.Reason));
        Assert.All(refusals, refusal => Assert.True(refusal.RetryAfter > TimeSpan.Zero));
    }

    [Fact]
    public async Task Submit_DeadlinePassesInTheQueue_IsDeadlineExceeded()
    {
        using var gate = new SemaphoreSlim(0);
        var time = new ManualTime();
        await using var engine = Start(new FakeRunner(kvCells: 256, gate), slots: 1, time: time);
        var running = engine.Submit(Request(Prompt, 20));
        var waiting = engine.Submit(Request(Prompt, 20) with { Deadline = time.GetUtcNow() + TimeSpan.FromSeconds(1) });
        gate.Release();
        await running.Events.WaitToReadAsync().AsTask().DefaultTimeout();

        time.Advance(TimeSpan.FromSeconds(2));
        gate.Release(1000);

        Assert.Equal(Reason.DeadlineExceeded, await FailureAsync(waiting));
        Assert.Equal(20, (await ReadAsync(running).DefaultTimeout()).Finished.CompletionTokens);
    }

    [Fact]
    public async Task Submit_LongerThanGenerationTimeMax_IsEnded()
    {
        using var gate = new SemaphoreSlim(0);
        var time = new ManualTime();
        await using var engine = Start(new FakeRunner(kvCells: 256, gate), slots: 1, time: time);
        var generation = engine.Submit(Request(Prompt, 200));
        gate.Release();
        await generation.Events.WaitToReadAsync().AsTask().DefaultTimeout();

        time.Advance(TimeSpan.FromMinutes(11));
        gate.Release(1000);

        Assert.Equal(Reason.DeadlineExceeded, await FailureAsync(generation));
    }

    [Fact]
    public async Task Submit_SlotsAreAllTaken_OtherKeysAreNotStarved()
    {
        using var gate = new SemaphoreSlim(0);
        await using var engine = Start(new FakeRunner(kvCells: 256, gate), slots: 1);
        var flood = Enumerable.Range(0, 10).Select(_ => engine.Submit(Request(Prompt, 1) with { FairnessKey = "flood" })).ToList();
        var quiet = engine.Submit(Request(Prompt, 1) with { FairnessKey = "quiet" });
        gate.Release(3);

        // The first step may have begun before the quiet one came; it has its turn right after.
        await ReadAsync(quiet).DefaultTimeout();

        Assert.True(flood.Count(generation => generation.Events.Count > 0) <= 3);
        gate.Release(1000);
        await Task.WhenAll(flood.Select(ReadAsync)).DefaultTimeout();
    }

    [Fact]
    public async Task Submit_SeveralChoices_EachIsCompleteOnce()
    {
        await using var engine = Start(new FakeRunner(kvCells: 256), slots: 2);

        var answer = await ReadAsync(engine.Submit(Request(Prompt, 4) with { ChoiceCount = 3 })).DefaultTimeout();

        Assert.Equal([0, 1, 2], answer.Events.OfType<ChoiceFinished>().Select(finished => finished.Choice).Order());
        Assert.Single(answer.Events.OfType<PromptEvaluated>());
        var expected = LetterVocabulary.TextOf(FakeRunner.Answer(Prompt, 4));
        for (var choice = 0; choice < 3; choice++) Assert.Equal(expected, answer.TextOf(choice));
    }

    [Fact]
    public async Task Run_CacheHasLessRoomThanItShould_MakesRoomAndGoesOn()
    {
        var runner = new FakeRunner(kvCells: 256);
        for (var i = 0; i < 3; i++) runner.Faults.Enqueue(() => RunResult.NoRoom);
        runner.Faults.Enqueue(() => RunResult.NoRoom);
        await using var engine = Start(runner, slots: 2);

        var submitted = Enumerable.Range(0, 6).Select(_ => OutcomeAsync(engine.Submit(Request(Prompt, 5))));
        var outcomes = await Task.WhenAll(submitted).DefaultTimeout();

        // A request that ran alone cannot be helped; those beside others are computed again.
        Assert.All(outcomes.OfType<MillraceException>(), error => Assert.Equal(Reason.ModelUnavailable, error.Reason));
        Assert.Null(await OutcomeAsync(engine.Submit(Request(Prompt, 5))).DefaultTimeout());
    }

    [Fact]
    public async Task Run_StepFails_FailsWhatRanAndServesTheNext()
    {
        var runner = new FakeRunner(kvCells: 256);
        runner.Faults.Enqueue(() => throw new LlamaException(LlamaFailure.ComputeFailed, "llama.cpp failed with code -3"));
        await using var engine = Start(runner, slots: 2);

        Assert.Equal(Reason.ModelUnavailable, await FailureAsync(engine.Submit(Request(Prompt, 5))));
        Assert.Null(await OutcomeAsync(engine.Submit(Request(Prompt, 5))).DefaultTimeout());
        Assert.False(engine.IsBroken);
    }

    [Fact]
    public async Task Run_Defect_FailsEverybodyAndReportsItselfBroken()
    {
        var runner = new FakeRunner(kvCells: 256);
        runner.Faults.Enqueue(() => throw new InvalidOperationException("A defect."));
        await using var engine = Start(runner, slots: 1);

        var reasons = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => FailureAsync(engine.Submit(Request(Prompt, 5)))));

        Assert.All(reasons, reason => Assert.Equal(Reason.ModelUnavailable, reason));
        Assert.Equal(Reason.ModelUnavailable, await FailureAsync(engine.Submit(Request(Prompt, 5))));
        Assert.True(engine.IsBroken);
        Assert.True(runner.IsDisposed);
    }

    [Fact]
    public async Task Dispose_RequestsRunAndWait_EndsThemAndFreesTheModel()
    {
        using var gate = new SemaphoreSlim(0);
        var runner = new FakeRunner(kvCells: 256, gate);
        var engine = Start(runner, slots: 1);
        var generations = Enumerable.Range(0, 3).Select(_ => engine.Submit(Request(Prompt, 200))).ToList();
        gate.Release();
        await generations[0].Events.WaitToReadAsync().AsTask().DefaultTimeout();

        var disposal = engine.DisposeAsync().AsTask();
        gate.Release(1000);
        await disposal.DefaultTimeout();

        foreach (var generation in generations) Assert.Equal(Reason.Draining, await FailureAsync(generation));
        Assert.Equal(Reason.Draining, await FailureAsync(engine.Submit(Request(Prompt, 1))));
        Assert.True(runner.IsDisposed);
    }

    private static InferenceEngine Start(FakeRunner runner, int slots, int queue = 256, int context = 256, TimeProvider? time = null) =>
        InferenceEngine.Start("fake", new EngineParts
        {
            Runner = runner,
            Vocabulary = new LetterVocabulary(),
            Metrics = EngineFixture.Metrics,
            Time = time ?? TimeProvider.System,
            Logger = NullLogger.Instance,
            Limits = new EngineLimits
            {
                SlotsMax = slots,
                QueueDepthMax = queue,
                ContextTokens = Math.Min(context, runner.KvCells),
                StepTokensMax = 32,
                GenerationTimeMax = TimeSpan.FromMinutes(10),
            },
        });

    private static GenerationRequest Request(int[] prompt, int tokens) =>
        new() { Prompt = prompt, CompletionTokensMax = tokens, Sampling = new SamplingOptions { Temperature = 0 } };

    private static async Task<Answer> ReadAsync(Generation generation)
    {
        var answer = new Answer();
        await foreach (var progress in generation.Events.ReadAllAsync()) answer.Events.Add(progress);
        return answer;
    }

    /// <summary>How a generation ended: null when it is complete.</summary>
    private static async Task<MillraceException?> OutcomeAsync(Generation generation)
    {
        try
        {
            await ReadAsync(generation);
            return null;
        }
        catch (MillraceException error)
        {
            return error;
        }
    }

    private static async Task<Reason?> FailureAsync(Generation generation) => (await OutcomeAsync(generation).DefaultTimeout())?.Reason;

    private sealed class Answer
    {
        public List<GenerationEvent> Events { get; } = [];

        public string Text => TextOf(0);

        public ChoiceFinished Finished => Events.OfType<ChoiceFinished>().Single();

        public string TextOf(int choice) =>
            string.Concat(Events.OfType<TokenGenerated>().Where(token => token.Choice == choice).Select(token => token.Text));
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(GetTimestamp());
    }
}
