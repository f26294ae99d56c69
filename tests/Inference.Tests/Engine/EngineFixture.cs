using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Inference.Engine;
using Millrace.Inference.Sampling;
using Millrace.Inference.Speculation;
using Millrace.Inference.Telemetry;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Engine;

/// <summary>What tests of engines share.</summary>
internal static class EngineFixture
{
    public static EngineMetrics Metrics { get; } =
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    /// <summary>An engine that keeps the state of ended sequences.</summary>
    public static InferenceEngine StartCaching(FakeRunner runner, IDrafter? drafter = null, int slots = 4, int queueDepthMax = 256) =>
        Start(runner, drafter, new EngineLimits
        {
            SlotsMax = slots,
            QueueDepthMax = queueDepthMax,
            ContextTokens = Math.Min(400, runner.KvCells),
            StepTokensMax = 64,
            CachedSequencesMax = 16,
            GenerationTimeMax = TimeSpan.FromMinutes(10),
        });

    /// <summary>An engine whose slots have cells of their own, and which keeps the state of ended sequences beside them.</summary>
    public static InferenceEngine StartStashing(FakeRunner runner, int slots = 4) => Start(runner, null, new EngineLimits
    {
        SlotsMax = slots,
        QueueDepthMax = 256,
        ContextTokens = runner.KvCells / slots,
        StepTokensMax = 64,
        CachedSequencesMax = 16,
        StashedTokensMax = runner.KvCells,
        SharesCells = false,
        GenerationTimeMax = TimeSpan.FromMinutes(10),
    });

    private static InferenceEngine Start(FakeRunner runner, IDrafter? drafter, EngineLimits limits) =>
        InferenceEngine.Start("fake", new EngineParts
        {
            Runner = runner,
            Vocabulary = new LetterVocabulary(),
            Metrics = Metrics,
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
            Drafter = drafter,
            DraftTokensMax = 8,
            Limits = limits,
        });

    public static GenerationRequest Greedy(IReadOnlyList<int> prompt, int tokens) =>
        new() { Prompt = prompt, CompletionTokensMax = tokens, Sampling = new SamplingOptions { Temperature = 0 } };

    public static int[] RandomPrompt(int seed, int length) =>
        new Random(seed).GetItems(Enumerable.Range(1, FakeRunner.VocabularySize - 1).ToArray(), length);

    public static async Task<List<GenerationEvent>> AskAsync(InferenceEngine engine, GenerationRequest request)
    {
        var events = new List<GenerationEvent>();
        await foreach (var progress in engine.Submit(request).Events.ReadAllAsync().DefaultTimeout()) events.Add(progress);
        return events;
    }

    public static string TextOf(this IEnumerable<GenerationEvent> events, int choice = 0) => string.Concat(
        events.OfType<TokenGenerated>().Where(token => token.Choice == choice && !token.IsPrompt).Select(token => token.Text));

    public static int CachedOf(this IEnumerable<GenerationEvent> events) => events.OfType<PromptEvaluated>().Single().CachedTokens;

    private static async IAsyncEnumerable<T> DefaultTimeout<T>(this IAsyncEnumerable<T> source)
    {
        await using var items = source.GetAsyncEnumerator();
        while (await items.MoveNextAsync().AsTask().DefaultTimeout()) yield return items.Current;
    }
}
