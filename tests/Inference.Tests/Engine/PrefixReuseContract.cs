using Millrace.Inference.Engine;
using Millrace.Inference.KvCache;
using Millrace.Inference.Sampling;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;
using static Millrace.Inference.Tests.Engine.EngineFixture;

namespace Millrace.Inference.Tests.Engine;

/// <summary>Ended sequences stay in the cells.</summary>
public sealed class PrefixReuseInCellsTests : PrefixReuseContract
{
    internal override InferenceEngine Start(FakeRunner runner) => StartCaching(runner);
}

/// <summary>Ended sequences are put aside in memory, and each slot has cells of its own.</summary>
public sealed class PrefixReuseInMemoryTests : PrefixReuseContract
{
    internal override InferenceEngine Start(FakeRunner runner) => StartStashing(runner);
}

/// <summary>What must hold wherever the state of ended sequences is kept.</summary>
public abstract class PrefixReuseContract
{
    private static readonly int[] Beginning = RandomPrompt(1, 100);

    internal abstract InferenceEngine Start(FakeRunner runner);

    [Fact]
    public async Task Submit_BeginsLikeAnEarlierOne_ComputesOnlyTheRest()
    {
        var runner = new FakeRunner(1000);
        await using var engine = Start(runner);
        await AskAsync(engine, Greedy([.. Beginning, 7, 8], 5));
        var before = runner.TokensComputed;
        int[] second = [.. Beginning, 9, 10, 11];

        var events = await AskAsync(engine, Greedy(second, 5));

        Assert.Equal(100, events.CachedOf());
        Assert.Equal(3 + 4, runner.TokensComputed - before);
        Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(second, 5)), events.TextOf());
    }

    [Fact]
    public async Task Submit_GoesOnBehindAnAnswer_ComputesOnlyWhatIsNew()
    {
        var runner = new FakeRunner(1000);
        await using var engine = Start(runner);
        await AskAsync(engine, Greedy(Beginning, 20));
        int[] second = [.. Beginning, .. FakeRunner.Answer(Beginning, 20), 5, 6];

        var events = await AskAsync(engine, Greedy(second, 5));

        // The last token of the answer was chosen and never computed.
        Assert.Equal(119, events.CachedOf());
        Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(second, 5)), events.TextOf());
    }

    [Theory]
    [InlineData(0, "blue")]
    [InlineData(1, "red")]
    public async Task Submit_OtherSaltOrAdapter_SharesNothing(int adapter, string salt)
    {
        await using var engine = Start(new FakeRunner(1000));
        await AskAsync(engine, Greedy(Beginning, 5) with { CacheSalt = "red" });

        var events = await AskAsync(engine, Greedy(Beginning, 5) with { CacheSalt = salt, Adapter = adapter });

        Assert.Equal(0, events.CachedOf());
        Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(Beginning, 5, adapter)), events.TextOf());
    }

    [Fact]
    public async Task Submit_SeveralChoices_ComputeThePromptOnce()
    {
        var runner = new FakeRunner(1000);
        await using var engine = Start(runner);

        var events = await AskAsync(engine, Greedy(Beginning, 4) with { ChoiceCount = 4 });

        // The prompt, its last token again for each other choice, and three generated tokens each.
        Assert.Equal(100 + 3 + (4 * 3), runner.TokensComputed);
        var expected = LetterVocabulary.TextOf(FakeRunner.Answer(Beginning, 4));
        for (var choice = 0; choice < 4; choice++) Assert.Equal(expected, events.TextOf(choice));
    }

    [Fact]
    public async Task Submit_ManyAtOnceWithOneBeginning_ComputeItOnce()
    {
        var runner = new FakeRunner(2000);
        await using var engine = Start(runner);
        int[][] prompts = [.. Enumerable.Range(1, 12).Select(i => (int[])[.. Beginning, i, i + 1])];

        var answers = await Task.WhenAll(prompts.Select(prompt => AskAsync(engine, Greedy(prompt, 3))));

        for (var i = 0; i < prompts.Length; i++)
            Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(prompts[i], 3)), answers[i].TextOf());
        Assert.InRange(runner.TokensComputed, 100, 100 + (12 * 6));
    }

    [Fact]
    public async Task Submit_CacheIsFullOfPrefixes_TheyMakeRoomTheOldestFirst()
    {
        var runner = new FakeRunner(400);
        await using var engine = Start(runner);
        int[][] prompts = [.. Enumerable.Range(1, 6).Select(i => RandomPrompt(i, 90))];
        foreach (var prompt in prompts) await AskAsync(engine, Greedy(prompt, 5));

        var newest = await AskAsync(engine, Greedy(prompts[^1], 5));
        var oldest = await AskAsync(engine, Greedy(prompts[0], 5));

        Assert.Equal(89, newest.CachedOf());
        Assert.Equal(0, oldest.CachedOf());
        Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(prompts[0], 5)), oldest.TextOf());
    }

    [Fact]
    public async Task Submit_TwoAdaptersAtOnce_TakeTurnsAndAnswersStayRight()
    {
        var runner = new FakeRunner(1000);
        await using var engine = Start(runner);
        var requests = Enumerable.Range(0, 4).Select(i => Greedy(Beginning, 30) with { Adapter = i % 2 }).ToList();

        var answers = await Task.WhenAll(requests.Select(request => AskAsync(engine, request)));

        for (var i = 0; i < answers.Length; i++)
            Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(Beginning, 30, i % 2)), answers[i].TextOf());
        var steps = runner.AdapterOfSteps;
        var both = steps.LastIndexOf(steps[0] == 0 ? 1 : 0);
        var changes = Enumerable.Range(1, both).Count(i => steps[i] != steps[i - 1]);
        Assert.True(changes > both / 2, $"{changes} changes of adapter in {both} steps.");
    }

    [Fact]
    public async Task SaveState_RestoredIntoAnotherEngine_ContinuesTheSame()
    {
        var key = new CacheKey(0, "red");
        byte[]? state;
        await using (var first = Start(new FakeRunner(1000)))
        {
            await AskAsync(first, Greedy(Beginning, 1) with { CacheSalt = "red" });
            Assert.Null(await first.SaveStateAsync(key, Beginning, (100 * FakeRunner.StateBytesPerToken) - 1));
            state = await first.SaveStateAsync(key, Beginning, 100 * FakeRunner.StateBytesPerToken);
        }

        var runner = new FakeRunner(1000);
        await using var second = Start(runner);
        Assert.NotNull(state);
        Assert.True(await second.RestoreStateAsync(key, Beginning, state));
        int[] prompt = [.. Beginning, 3];

        var events = await AskAsync(second, Greedy(prompt, 5) with { CacheSalt = "red" });

        Assert.Equal(100, events.CachedOf());
        Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(prompt, 5)), events.TextOf());
        Assert.Equal(0, (await AskAsync(second, Greedy(prompt, 5) with { CacheSalt = "blue" })).CachedOf());
    }

    [Fact]
    public async Task RestoreState_Damaged_IsRefusedAndTheEngineGoesOn()
    {
        await using var engine = Start(new FakeRunner(1000));

        await Assert.ThrowsAsync<LlamaException>(() => engine.RestoreStateAsync(CacheKey.None, Beginning, new byte[13]));

        var events = await AskAsync(engine, Greedy(Beginning, 5));
        Assert.Equal(0, events.CachedOf());
        Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(Beginning, 5)), events.TextOf());
    }

    [Fact]
    public async Task SaveState_NotInTheCache_IsRefused()
    {
        await using var engine = Start(new FakeRunner(1000));

        var error = await Assert.ThrowsAsync<MillraceException>(() => engine.SaveStateAsync(CacheKey.None, Beginning, 1000));

        Assert.Equal(Reason.ModelUnavailable, error.Reason);
    }

    [Fact]
    public async Task ForgetAdapter_CachedPrefixes_AreGone()
    {
        await using var engine = Start(new FakeRunner(1000));
        await AskAsync(engine, Greedy(Beginning, 5) with { Adapter = 3 });

        await engine.ForgetAdapterAsync(3);

        Assert.Equal(0, (await AskAsync(engine, Greedy(Beginning, 5) with { Adapter = 3 })).CachedOf());
    }

    [Fact]
    public async Task Snapshot_PrefixKeys_AreThoseOfWhatIsCached()
    {
        await using var engine = Start(new FakeRunner(1000));
        await AskAsync(engine, Greedy(Beginning, 5) with { PrefixKeys = [11, 12] });
        await AskAsync(engine, Greedy(RandomPrompt(2, 50), 5) with { PrefixKeys = [21] });
        await engine.ForgetAdapterAsync(99);

        Assert.Equal([21UL, 11, 12], engine.Snapshot.PrefixKeys);
    }

    [Fact]
    public async Task Submit_EchoWithLogprobs_TellsThePromptAndItsProbabilities()
    {
        await using var engine = Start(new FakeRunner(1000));
        int[] prompt = [3, 1, 4];
        prompt = [.. prompt, FakeRunner.NextOf(prompt)];

        var request = Greedy(prompt, 2) with { Echo = true, Logprobs = new LogprobRequest(true, 2), ChoiceCount = 2 };
        var events = await AskAsync(engine, request);

        Assert.IsType<PromptEvaluated>(events[0]);
        for (var choice = 0; choice < 2; choice++)
        {
            var echoed = events.OfType<TokenGenerated>().Where(token => token.IsPrompt && token.Choice == choice).ToList();
            Assert.Equal(prompt, echoed.Select(token => token.Token!.Value.Id));
            Assert.Equal(LetterVocabulary.TextOf(prompt), string.Concat(echoed.Select(token => token.Text)));
            Assert.Empty(echoed[0].Token!.Value.Top);

            // The last token is the one that the model expects there, and the first is not.
            Assert.True(echoed[^1].Token!.Value.Logprob > -0.01);
            Assert.True(echoed[1].Token!.Value.Logprob < -5);
            Assert.Equal(LetterVocabulary.TextOf(FakeRunner.Answer(prompt, 2)), events.TextOf(choice));
        }
    }

    [Fact]
    public async Task Submit_EchoWithoutLogprobs_TellsThePromptAsText()
    {
        await using var engine = Start(new FakeRunner(1000));

        var events = await AskAsync(engine, Greedy(Beginning, 2) with { Echo = true });

        var echoed = Assert.Single(events.OfType<TokenGenerated>(), token => token.IsPrompt);
        Assert.Equal(LetterVocabulary.TextOf(Beginning), echoed.Text);
        Assert.Null(echoed.Token);
    }
}
