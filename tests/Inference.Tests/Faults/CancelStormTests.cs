using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Engine;
using Millrace.Inference.Tests.Grpc;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using static Millrace.Inference.Tests.Engine.EngineFixture;

namespace Millrace.Inference.Tests.Faults;

/// <summary>Callers who leave, ten thousand of them, at every moment there is.</summary>
public sealed class CancelStormTests
{
    private const int Callers = 10_000;

    [Fact]
    public async Task Cancel_TenThousandAtOnce_EngineEndsThemAllAndIsAsBefore()
    {
        await using var engine = StartCaching(new FakeRunner(1000), queueDepthMax: Callers);
        var random = new Random(1);
        var prompts = Enumerable.Range(0, 40).Select(seed => RandomPrompt(seed, 3 + seed)).ToArray();
        var generations = Enumerable.Range(0, Callers).Select(i => engine.Submit(Greedy(prompts[i % 40], 1 + random.Next(40)))).ToArray();

        Parallel.ForEach(generations, generation => generation.Cancel());
        var outcomes = await Task.WhenAll(generations.Select(OutcomeAsync)).DefaultTimeout();

        Assert.All(outcomes, reason => Assert.True(reason is null or Reason.Cancelled));
        Assert.True(outcomes.Count(reason => reason is not null) > Callers / 2);
        Assert.Equal(
            LetterVocabulary.TextOf(FakeRunner.Answer(prompts[7], 20)), (await AskAsync(engine, Greedy(prompts[7], 20))).TextOf());
        await InferenceMember.UntilAsync(() => Task.FromResult(
            engine.Snapshot is { SlotsUsed: 0, QueueDepth: 0 } idle && idle.KvCellsUsed == idle.KvCellsCached));
    }

    [Fact]
    public async Task Cancel_TenThousandCallsAtRandomMoments_MemberServesOnAndNothingIsHeld()
    {
        await using var service = await InferenceMember.StartAsync(("Inference:QueueDepthMax", "2048"));
        var client = new InferenceService.InferenceServiceClient(service.Invoker());
        await GenerationResult.OfAsync(client, Request(0));

        var options = new ParallelOptions { MaxDegreeOfParallelism = 500 };
        await Parallel.ForAsync(0, Callers, options, async (i, _) => await LeaveAsync(client, i));

        await InferenceMember.UntilAsync(async () => (await client.GetStatusAsync(new GetStatusRequest())).Engines.Single()
            is { SlotsUsed: 0, QueueDepth: 0 } engine && engine.KvCellsUsed == engine.KvCellsCached);
        Assert.Equal(20u, (await GenerationResult.OfAsync(client, Request(3))).Finished.CompletionTokens);
    }

    private static GenerateRequest Request(int seed) => new()
    {
        Text = $"Question {seed % 50}: when does the office open?",
        IgnoreEnd = true,
        MaxTokens = 20,
        Sampling = new SamplingParameters { Temperature = 0 },
    };

    /// <summary>Reads up to a random number of messages, then goes.</summary>
    private static async Task LeaveAsync(InferenceService.InferenceServiceClient client, int seed)
    {
        var random = new Random(seed);
        using var call = client.Generate(Request(seed));
        using var away = new CancellationTokenSource();
        if (random.Next(2) == 0) away.CancelAfter(TimeSpan.FromMilliseconds(random.Next(20)));
        try
        {
            for (var i = random.Next(4); i > 0 && await call.ResponseStream.MoveNext(away.Token); i--)
            {
                // Read and forgotten.
            }
        }
        catch (Exception error) when (error is OperationCanceledException or MillraceException or RpcException)
        {
            // Gone before anything came.
        }
    }

    private static async Task<Reason?> OutcomeAsync(Millrace.Inference.Engine.Generation generation)
    {
        try
        {
            await foreach (var _ in generation.Events.ReadAllAsync())
            {
                // Only the end matters.
            }

            return null;
        }
        catch (MillraceException error)
        {
            return error.Reason;
        }
    }
}
