using System.Numerics.Tensors;

namespace Millrace.LlamaCpp.Tests;

[Collection(ModelTests.Name)]
public sealed class EncoderTests(Models models)
{
    private static readonly LlamaContextOptions EncoderOptions = new()
    {
        ContextTokens = 512, BatchTokensMax = 512, MicroBatchTokensMax = 512, SequencesMax = 8, Embeddings = true,
    };

    [Theory]
    [InlineData("How do I get my money back?", "Can I request a refund?", 0.458f)]
    [InlineData("The parcel arrives on Monday.", "Your package will be delivered Monday.", 0.549f)]
    [InlineData("How long is the warranty?", "What guarantee period do I get?", 0.605f)]
    [InlineData("How long is the warranty?", "The river flows through the town.", -0.036f)]
    [InlineData("Who founded the club?", "Clean the filter with warm water.", 0.053f)]
    public void Embed_PairOfTheModelCard_HasItsCosine(string one, string two, float cosine)
    {
        using var context = models.Embed.CreateContext(EncoderOptions);
        var batch = new LlamaBatch(512);
        AddText(batch, one, 0);
        AddText(batch, two, 1);

        Assert.Equal(DecodeResult.Ok, context.Decode(batch));

        Assert.Equal(PoolingType.Mean, context.Pooling);
        Assert.Null(context.Memory);
        Assert.Equal(256, context.GetSequenceEmbedding(new(0)).Length);
        var actual = TensorPrimitives.CosineSimilarity(context.GetSequenceEmbedding(new(0)), context.GetSequenceEmbedding(new(1)));
        Assert.InRange(actual, cosine - 0.05f, cosine + 0.05f);
    }

    [Fact]
    public void Embed_SequenceNotInTheBatch_IsRefused()
    {
        using var context = models.Embed.CreateContext(EncoderOptions);
        var batch = new LlamaBatch(512);
        AddText(batch, "hello", 0);
        context.Decode(batch);

        Assert.Throws<InvalidOperationException>(() => context.GetSequenceEmbedding(new(3)).Length);
    }

    [Fact]
    public void Encode_MoreTokensThanOneMicroBatch_IsRefused()
    {
        using var context = models.Embed.CreateContext(EncoderOptions with { MicroBatchTokensMax = 64 });
        var batch = new LlamaBatch(512);
        for (var i = 0; i < 65; i++) batch.Add(new(200), i, new(0), output: true);

        Assert.Throws<ArgumentException>(() => context.Decode(batch));
        Assert.Throws<ArgumentException>(() => context.Encode(batch));
    }

    [Fact]
    public void Decode_PastTheModelsPositions_IsRefused()
    {
        var trained = models.Embed.Metadata.ContextTokensTrained;
        using var context = models.Embed.CreateContext(EncoderOptions with { ContextTokens = 4 * trained, SequencesMax = 1 });
        var batch = new LlamaBatch(1);
        batch.Add(new(200), trained, new(0), output: true);

        Assert.Equal(trained, context.SequenceTokensMax);
        var failure = Assert.ThrowsAny<ArgumentException>(() => context.Decode(batch));
        Assert.Contains($"past the {trained} positions", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rerank_RelevantPassage_ScoresAboveAnother()
    {
        using var context = models.Rerank.CreateContext(EncoderOptions with { Pooling = PoolingType.Rank });
        var batch = new LlamaBatch(512);
        AddPair(batch, "What does a vaccination cost?", "The first vaccination at Sorenan Vets costs 1310 euros.", 0);
        AddPair(batch, "What does a vaccination cost?", "Study rooms can be booked for twenty hours.", 1);

        Assert.Equal(DecodeResult.Ok, context.Decode(batch));

        Assert.Equal(PoolingType.Rank, context.Pooling);
        Assert.Equal(1, context.GetSequenceEmbedding(new(0)).Length);
        Assert.True(context.GetSequenceEmbedding(new(0))[0] > context.GetSequenceEmbedding(new(1))[0]);
    }

    private void AddText(LlamaBatch batch, string text, int sequence) =>
        Add(batch, models.Embed.Vocab.Tokenize(text, addSpecial: true), sequence);

    private void AddPair(LlamaBatch batch, string query, string passage, int sequence)
    {
        var vocab = models.Rerank.Vocab;
        Add(batch, [.. vocab.Tokenize(query, addSpecial: true), .. vocab.Tokenize(passage), vocab.Sep!.Value], sequence);
    }

    private static void Add(LlamaBatch batch, ReadOnlySpan<LlamaToken> tokens, int sequence)
    {
        for (var i = 0; i < tokens.Length; i++) batch.Add(tokens[i], i, new(sequence), output: true);
    }
}
