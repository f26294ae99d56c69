using Millrace.Inference.Engine;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;
using Millrace.Inference.Speculation;
using Millrace.Inference.Tests.Engine;
using static Millrace.Inference.Tests.Engine.EngineFixture;

namespace Millrace.Inference.Tests.Speculation;

public sealed class SpeculationTests
{
    private static readonly int[] Prompt = RandomPrompt(5, 30);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Submit_ProposalsAreRightNowAndThen_TextIsThatOfPlainDecoding(int rightEvery)
    {
        var drafter = new Oracle(rightEvery);
        await using var engine = StartCaching(new FakeRunner(1000), drafter);

        var events = await AskAsync(engine, Greedy(Prompt, 300));

        Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(Prompt, 300)), events.TextOf());
        var finished = events.OfType<ChoiceFinished>().Single();
        Assert.True(finished.DraftedTokens > 0);
        Assert.InRange(finished.AcceptedTokens, rightEvery == 0 ? 0 : 1, finished.DraftedTokens);
        Assert.Equal(engine.Snapshot.AcceptedTokensTotal, finished.AcceptedTokens);
        Assert.Equal([], drafter.Open);
    }

    [Fact]
    public async Task Submit_SampledWithASeed_TextIsThatOfPlainDecoding()
    {
        var request = Greedy(Prompt, 200) with { Sampling = new SamplingOptions { Temperature = 2, Seed = 7, RepeatPenalty = 1.2f } };
        await using var plain = StartCaching(new FakeRunner(1000));
        await using var speculating = StartCaching(new FakeRunner(1000), new Oracle(rightEvery: 2));

        Assert.Equal((await AskAsync(plain, request)).TextOf(), (await AskAsync(speculating, request)).TextOf());
    }

    [Fact]
    public async Task Submit_ManyAtOnce_EveryAnswerIsRight()
    {
        await using var engine = StartCaching(new FakeRunner(700), new Oracle(rightEvery: 2));
        int[][] prompts = [.. Enumerable.Range(1, 30).Select(seed => RandomPrompt(seed, 5 + seed))];

        var answers = await Task.WhenAll(prompts.Select(prompt => AskAsync(engine, Greedy(prompt, 120))));

        for (var i = 0; i < prompts.Length; i++)
            Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(prompts[i], 120)), answers[i].TextOf());
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 9, 1, 2, 3 }, new[] { 4, 9, 1, 2 })]
    [InlineData(new[] { 1, 2, 8, 1, 2, 9, 1, 2 }, new[] { 9, 1, 2 })]
    [InlineData(new[] { 1, 2, 3, 4, 5 }, new int[0])]
    [InlineData(new[] { 7 }, new int[0])]
    public void PromptLookup_EndingStoodThereBefore_ProposesWhatFollowed(int[] tokens, int[] expected) =>
        Assert.Equal(expected, PromptLookup.Find(tokens, 4).ToArray());

    [Fact]
    public void Governor_ProposalsCostMoreThanTheyGive_SwitchesOffAndTriesAgainEverLessOften()
    {
        var governor = new SpeculationGovernor(8);
        var (offRuns, run) = (new List<int>(), 0);
        for (var step = 0; step < 5000; step++)
        {
            var drafts = governor.TokensToDraft;
            governor.Observe(1, drafts, 0, TimeSpan.FromMilliseconds(drafts > 0 ? 3 : 1));
            if (governor.IsOn && run > 0) offRuns.Add(run);
            run = governor.IsOn ? 0 : run + 1;
        }

        Assert.True(offRuns.Count > 3);
        Assert.Equal(offRuns.Order(), offRuns);
        Assert.True(offRuns[^1] > 1000);
    }

    [Fact]
    public void Governor_ProposalsPay_StaysOnAndProposesMore()
    {
        var governor = new SpeculationGovernor(16);
        var on = 0;
        for (var step = 0; step < 1000; step++)
        {
            var drafts = governor.TokensToDraft;
            governor.Observe(1, drafts, drafts, TimeSpan.FromMilliseconds(1 + (0.1 * drafts)));
            if (governor.IsOn) on++;
        }

        Assert.InRange(on, 900, 1000);
        Assert.Equal(16, governor.IsOn ? governor.TokensToDraft : 16);
    }

    /// <summary>Knows what the fake model says, and lies except every so many tokens.</summary>
    private sealed class Oracle(int rightEvery) : IDrafter
    {
        private int _count;

        public HashSet<Sequence> Open { get; } = [];

        public void Draft(IReadOnlyList<Sequence> sequences, int tokensMax)
        {
            foreach (var sequence in sequences)
            {
                Open.Add(sequence);
                List<int> draft = [.. FakeRunner.Answer(sequence.Tokens.ToArray(), tokensMax)];
                for (var i = 0; i < draft.Count; i++)
                    if (rightEvery == 0 || (rightEvery > 1 && rightEvery < 100 && ++_count % rightEvery == 0))
                        draft[i] = 1 + (draft[i] % (FakeRunner.VocabularySize - 1));
                sequence.Propose([.. draft]);
            }
        }

        public void Forget(Sequence sequence) => Open.Remove(sequence);

        public void Dispose() => Open.Clear();
    }
}
