using System.Numerics.Tensors;

namespace Millrace.LlamaCpp.Tests;

[Collection(ModelTests.Name)]
public sealed class LlamaContextTests(Models models)
{
    private const float Tolerance = 0.05f;

    private static readonly LlamaSequenceId First = new(0);
    private static readonly LlamaSequenceId Second = new(1);
    private static readonly LlamaContextOptions TwoSequences = new() { ContextTokens = 1024, SequencesMax = 2, UnifiedCache = true };

    [Fact]
    public void Create_WithOptions_HasThoseSizes()
    {
        using var context = models.Chat.CreateContext(TwoSequences with { BatchTokensMax = 256, MicroBatchTokensMax = 128 });

        Assert.Equal(1024, context.ContextTokens);
        Assert.Equal(256, context.BatchTokensMax);
        Assert.Equal(128, context.MicroBatchTokensMax);
        Assert.Equal(2, context.SequencesMax);
        Assert.Equal(PoolingType.None, context.Pooling);
        Assert.NotNull(context.Memory);
    }

    [Fact]
    public void Create_WithBadOptions_NamesAllOfThem()
    {
        var options = new LlamaContextOptions { ContextTokens = -1, SequencesMax = 100_000, Threads = 0 };

        var failure = Assert.Throws<ArgumentException>(() => models.Chat.CreateContext(options));

        Assert.Contains("ContextTokens is -1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("SequencesMax is 100000", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Threads is 0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_TwoSequencesInOneBatch_EqualsEachAlone()
    {
        var one = models.Chat.Vocab.Tokenize("Question: How long is the warranty?");
        var two = models.Chat.Vocab.Tokenize("Books can be borrowed for 160 days. Study");
        using var context = models.Chat.CreateContext(TwoSequences);
        var batch = new LlamaBatch(256);

        var (oneIndex, twoIndex) = (batch.AddPrompt(one, First), batch.AddPrompt(two, Second));
        Assert.Equal(DecodeResult.Ok, context.Decode(batch));

        AssertClose(LogitsAlone(one), context.GetLogits(oneIndex));
        AssertClose(LogitsAlone(two), context.GetLogits(twoIndex));
    }

    [Fact]
    public void Memory_CopiedPrefix_GivesTheSameLogits()
    {
        var prefix = models.Chat.Vocab.Tokenize("Context: Study rooms can be booked for twenty hours.");
        var question = models.Chat.Vocab.Tokenize(" Question: How long can rooms be booked?");
        using var context = models.Chat.CreateContext(TwoSequences);
        var batch = new LlamaBatch(256);
        batch.AddPrompt(prefix, First);
        Assert.Equal(DecodeResult.Ok, context.Decode(batch));

        context.Memory!.Copy(First, Second);
        batch.Clear();
        var index = batch.AddPrompt(question, Second, prefix.Length);
        Assert.Equal(DecodeResult.Ok, context.Decode(batch));

        AssertClose(LogitsAlone([.. prefix, .. question]), context.GetLogits(index));
        Assert.Equal(prefix.Length - 1, context.Memory.LastPosition(First));
        Assert.Equal(prefix.Length + question.Length - 1, context.Memory.LastPosition(Second));
    }

    [Fact]
    public void Memory_Remove_CutsTheSequenceThere()
    {
        var tokens = models.Chat.Vocab.Tokenize("one two three four five six");
        using var context = models.Chat.CreateContext(TwoSequences);
        var batch = new LlamaBatch(64);
        batch.AddPrompt(tokens, First);
        context.Decode(batch);
        var memory = context.Memory!;

        Assert.True(memory.Remove(First, from: 3));
        Assert.Equal(2, memory.LastPosition(First));
        Assert.Equal(0, memory.FirstPosition(First));

        memory.Shift(First, 0, -1, 5);
        Assert.Equal(7, memory.LastPosition(First));

        memory.Clear();
        Assert.Equal(-1, memory.LastPosition(First));
    }

    [Fact]
    public void State_SavedAndRestored_ContinuesTheSame()
    {
        var tokens = models.Chat.Vocab.Tokenize("The first vaccination costs 1310 euros. What does");
        var next = models.Chat.Vocab.Tokenize(" it")[0];
        using var context = models.Chat.CreateContext(TwoSequences);
        var batch = new LlamaBatch(256);
        batch.AddPrompt(tokens, First);
        context.Decode(batch);

        var state = new byte[context.GetStateBytes(First)];
        Assert.Equal(state.Length, context.SaveState(First, state));
        context.Memory!.Clear();
        context.RestoreState(Second, state);

        batch.Clear();
        var index = batch.Add(next, tokens.Length, Second, output: true);
        Assert.Equal(DecodeResult.Ok, context.Decode(batch));
        AssertClose(LogitsAlone([.. tokens, next]), context.GetLogits(index));
    }

    [Fact]
    public void State_Damaged_IsRefused()
    {
        using var context = models.Chat.CreateContext(TwoSequences);

        var failure = Assert.Throws<LlamaException>(() => context.RestoreState(First, new byte[100]));

        Assert.Equal(LlamaFailure.StateInvalid, failure.Failure);
        Assert.Throws<ArgumentException>(() => context.SaveState(First, []));
    }

    [Fact]
    public void Decode_MoreThanTheCacheHolds_ReportsNoSlotAndComputesNothing()
    {
        using var context = models.Chat.CreateContext(new() { ContextTokens = 256, SequencesMax = 2, UnifiedCache = true });
        var batch = new LlamaBatch(256);
        batch.AddPrompt(Enumerable.Repeat(new LlamaToken(300), 200).ToArray(), First);
        Assert.Equal(DecodeResult.Ok, context.Decode(batch));
        batch.Clear();
        batch.AddPrompt(Enumerable.Repeat(new LlamaToken(300), 100).ToArray(), Second);

        Assert.Equal(DecodeResult.NoCacheSlot, context.Decode(batch));
        Assert.Equal(199, context.Memory!.LastPosition(First));
        Assert.Equal(-1, context.Memory.LastPosition(Second));
    }

    [Fact]
    public void Decode_Aborted_SaysSoAndGoesOnAfterReset()
    {
        using var context = models.Chat.CreateContext(TwoSequences with { Abortable = true });
        var batch = new LlamaBatch(64);
        batch.AddPrompt(models.Chat.Vocab.Tokenize("one two three"), First);

        context.RequestAbort();
        Assert.Equal(DecodeResult.Aborted, context.Decode(batch));

        context.ResetAbort();
        context.Memory!.Clear();
        Assert.Equal(DecodeResult.Ok, context.Decode(batch));
    }

    [Fact]
    public void Threads_Changed_GiveTheSameLogits()
    {
        var tokens = models.Chat.Vocab.Tokenize("The warranty lasts");
        using var context = models.Chat.CreateContext(TwoSequences);
        context.SetThreads(1, 1);
        var batch = new LlamaBatch(64);
        var index = batch.AddPrompt(tokens, First);

        context.Decode(batch);

        AssertClose(LogitsAlone(tokens), context.GetLogits(index));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.SetThreads(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.SetThreads(1, 513));
    }

    private float[] LogitsAlone(ReadOnlySpan<LlamaToken> tokens)
    {
        using var context = models.Chat.CreateContext(new() { ContextTokens = 512 });
        var batch = new LlamaBatch(256);
        var index = batch.AddPrompt(tokens, First);
        Assert.Equal(DecodeResult.Ok, context.Decode(batch));
        return context.GetLogits(index).ToArray();
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(TensorPrimitives.Distance(expected, actual) / MathF.Sqrt(expected.Length), 0, Tolerance);
        Assert.Equal(TensorPrimitives.IndexOfMax(expected), TensorPrimitives.IndexOfMax(actual));
    }
}
