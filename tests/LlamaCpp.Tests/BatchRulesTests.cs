namespace Millrace.LlamaCpp.Tests;

/// <summary>Every case here would end the process, or be refused without a reason, if it reached the library.</summary>
[Collection(ModelTests.Name)]
public sealed class BatchRulesTests(Models models) : IDisposable
{
    private static readonly LlamaToken Token = new(300);

    private static readonly LlamaContextOptions Options = new() { ContextTokens = 512, BatchTokensMax = 32, SequencesMax = 2 };

    private readonly LlamaContext _context = models.Chat.CreateContext(Options);
    private readonly LlamaBatch _batch = new(64, sequencesPerToken: 2);

    [Fact]
    public void Decode_EmptyBatch_IsRefused() => AssertRefused("is empty");

    [Fact]
    public void Decode_MoreTokensThanTheContextTakes_IsRefused()
    {
        for (var i = 0; i < 33; i++) _batch.Add(Token, i, new(0), output: false);

        AssertRefused("33 tokens and the context takes 32");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000)]
    public void Decode_TokenOutsideTheVocabulary_IsRefused(int id)
    {
        _batch.Add(new(id), 0, new(0), output: true);

        AssertRefused($"Token {id} at 0 is not in the vocabulary");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Decode_SequenceOutsideTheContext_IsRefused(int sequence)
    {
        _batch.Add(Token, 0, new(sequence), output: true);

        AssertRefused("Sequences of this context are 0 to 1");
    }

    [Fact]
    public void Decode_GapAfterTheCache_IsRefused()
    {
        _batch.Add(Token, 0, new(0), output: true);
        _context.Decode(_batch);
        _batch.Clear();
        _batch.Add(Token, 5, new(0), output: true);

        AssertRefused("position 5 of sequence 0, where 1 is next");
    }

    [Fact]
    public void Decode_GapWithinTheBatch_IsRefused()
    {
        _batch.Add(Token, 0, new(0), output: false);
        _batch.Add(Token, 2, new(0), output: true);

        AssertRefused("position 2 of sequence 0, where 1 is next");
    }

    [Fact]
    public void Decode_PastASequencesShareOfTheCache_IsRefused()
    {
        _batch.Add(Token, _context.SequenceTokensMax, new(0), output: true);

        AssertRefused("is past the");
    }

    [Fact]
    public void Decode_WithoutCausalAttention_TakesOneMicroBatch()
    {
        using var context = _context.Model.CreateContext(new() { ContextTokens = 512, BatchTokensMax = 128, MicroBatchTokensMax = 32 });
        var batch = new LlamaBatch(33);
        for (var i = 0; i < 33; i++) batch.Add(Token, i, new(0), output: true);

        context.SetCausalAttention(false);
        var failure = Assert.ThrowsAny<ArgumentException>(() => context.Decode(batch));
        Assert.Contains("33 tokens and the context takes 32", failure.Message, StringComparison.Ordinal);

        context.SetCausalAttention(true);
        Assert.Equal(DecodeResult.Ok, context.Decode(batch));
    }

    [Fact]
    public void Encode_OnAModelWithoutEncoder_IsRefused()
    {
        _batch.Add(Token, 0, new(0), output: true);

        Assert.Contains(
            "has no encoder", Assert.Throws<InvalidOperationException>(() => _context.Encode(_batch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_PastTheCapacity_IsRefused()
    {
        var batch = new LlamaBatch(1);
        batch.Add(Token, 0, new(0), output: true);

        Assert.Throws<InvalidOperationException>(() => batch.Add(Token, 1, new(0), output: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LlamaBatch(1).Add(Token, -1, new(0), output: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LlamaBatch(1).AddShared(Token, 0, [new(0), new(1)], output: true));
    }

    [Fact]
    public void GetLogits_OfTokenWithoutOutput_IsRefused()
    {
        _batch.Add(Token, 0, new(0), output: false);
        _batch.Add(Token, 1, new(0), output: true);
        _context.Decode(_batch);

        Assert.Throws<InvalidOperationException>(() => _context.GetLogits(0).Length);
        Assert.Throws<InvalidOperationException>(() => _context.GetLogits(77).Length);
        Assert.Throws<InvalidOperationException>(() => _context.GetLogits(-1).Length);
    }

    [Fact]
    public void GetEmbedding_OfContextWithoutEmbeddings_IsRefused()
    {
        _batch.Add(Token, 0, new(0), output: true);
        _context.Decode(_batch);

        Assert.Throws<InvalidOperationException>(() => _context.GetTokenEmbedding(0).Length);
        Assert.Throws<InvalidOperationException>(() => _context.GetSequenceEmbedding(new(0)).Length);
    }

    [Fact]
    public void Memory_PartialCopyInSplitCache_IsRefused() =>
        Assert.Throws<ArgumentException>(() => _context.Memory!.Copy(new(0), new(1), from: 1));

    [Fact]
    public void Abort_OfContextThatCannot_IsRefused() => Assert.Throws<InvalidOperationException>(_context.RequestAbort);

    public void Dispose() => _context.Dispose();

    private void AssertRefused(string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<ArgumentException>(() => _context.Decode(_batch)).Message, StringComparison.Ordinal);
}
