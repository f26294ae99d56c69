using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Inference.Engine;
using Millrace.Inference.Models;
using Millrace.Inference.Prompting;
using Millrace.Inference.Speculation;
using Millrace.Inference.Tests.Engine;
using Millrace.Inference.Tests.Grpc;
using Millrace.LlamaCpp;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Speculation;

/// <summary>Speculative decoding on the real model.</summary>
public sealed class NativeSpeculationTests
{
    private const int Cases = 24;

    private static readonly Lazy<Task<string[]>> Plain = new(async () => [.. (await AnswersAsync(_ => null)).Texts]);

    [Fact]
    public async Task PromptLookup_AnswersThatQuoteTheirPrompt_AreThoseOfPlainDecodingAndMuchIsAccepted()
    {
        var (texts, snapshot) = await AnswersAsync(_ => new PromptLookup());

        Assert.Equal(await Plain.Value, texts);
        Assert.True(snapshot.DraftedTokensTotal > 0);
        Assert.True(snapshot.AcceptedTokensTotal > 0);
    }

    [Fact]
    public async Task ModelDrafter_ProposingModelIsTheModelItself_NearlyAllIsAccepted()
    {
        var (texts, snapshot) = await AnswersAsync(path =>
        {
            var model = LlamaModel.Load(path);
            return new ModelDrafter(model, model.CreateContext(ContextOptions));
        });

        Assert.Equal(await Plain.Value, texts);
        Assert.True(snapshot.DraftedTokensTotal > 100, $"{snapshot.DraftedTokensTotal} tokens were proposed.");
        Assert.InRange(snapshot.AcceptedTokensTotal / (double)snapshot.DraftedTokensTotal, 0.95, 1);
    }

    private static LlamaContextOptions ContextOptions => new()
    {
        ContextTokens = 8192, BatchTokensMax = 512, SequencesMax = 16, UnifiedCache = true, Threads = 1, BatchThreads = 1,
    };

    private static async Task<(string[] Texts, EngineSnapshot Snapshot)> AnswersAsync(Func<string, IDrafter?> drafter)
    {
        LlamaRuntime.Initialize(NullLoggerFactory.Instance);
        var path = Path.Combine(RepoPaths.Models, InferenceMember.Model + ".gguf");
        using var model = LlamaModel.Load(path);
        var tokenizer = new PromptTokenizer(InferenceMember.Model, model.Vocab, model.Metadata.ChatTemplate);
        await using var engine = InferenceEngine.Start(InferenceMember.Model, new EngineParts
        {
            Runner = new NativeRunner(model.CreateContext(ContextOptions), new NoAdapters()),
            Vocabulary = new LlamaVocabulary(model.Vocab),
            Drafter = drafter(path),
            DraftTokensMax = 8,
            Metrics = EngineFixture.Metrics,
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
            Limits = new EngineLimits
            {
                SlotsMax = 4, QueueDepthMax = 100, ContextTokens = 2048, StepTokensMax = 512, CachedSequencesMax = 8,
                GenerationTimeMax = TimeSpan.FromMinutes(5),
            },
        });

        var texts = new List<string>();
        foreach (var (chat, _) in Prompts.Handwritten().Take(Cases))
        {
            var turns = chat.Messages.Select(message => new ChatTurn(message.Role.ToString().ToLowerInvariant(), message.Content));
            var prompt = tokenizer.Tokenize(new ChatPrompt([.. turns], ContinueLast: false));
            texts.Add((await EngineFixture.AskAsync(engine, EngineFixture.Greedy(prompt, 120))).TextOf());
        }

        return ([.. texts], engine.Snapshot);
    }

    private sealed class NoAdapters : IAdapterSource
    {
        public (LlamaAdapter Adapter, float Scale) Get(int id) => throw new ArgumentOutOfRangeException(nameof(id));
    }
}
