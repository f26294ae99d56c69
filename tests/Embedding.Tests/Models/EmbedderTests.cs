using System.Numerics.Tensors;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Tests.Models;

public sealed class EmbedderTests(EmbeddingFixture fixture) : IClassFixture<EmbeddingFixture>
{
    private const int ContextTokensMax = 512;

    [Fact]
    public async Task Embed_OneText_IsAUnitVector()
    {
        var response = await fixture.Client.EmbedAsync(new EmbedRequest { Inputs = { "How long is the warranty?" } });

        var vector = Assert.Single(EmbeddingFixture.Vectors(response));
        Assert.Equal("tiny-embed", response.Model);
        Assert.Equal(256u, response.Dimension);
        Assert.Equal(256, vector.Length);
        Assert.Equal(1f, TensorPrimitives.Norm(vector), 1e-4f);
        Assert.Empty(fixture.Service.Errors);
    }

    [Fact]
    public async Task Embed_ManyTexts_AreInOrderWithTheirTokenCounts()
    {
        string[] texts = ["a parcel", "The parcel arrives on Monday.", "Wörter, die es nicht gibt 🙂", "x", .. Filler(40)];

        var response = await fixture.Client.EmbedAsync(new EmbedRequest { Inputs = { texts } });
        var counts = await fixture.Client.CountTokensAsync(new CountTokensRequest { Inputs = { texts } });

        var vectors = EmbeddingFixture.Vectors(response);
        Assert.Equal(texts.Length, vectors.Length);
        Assert.Equal(counts.Counts, response.TokenCounts);
        for (var i = 0; i < texts.Length; i++)
            Assert.True(EmbeddingFixture.Cosine(await fixture.EmbedAsync(texts[i]), vectors[i]) > 0.9999f, texts[i]);
    }

    [Theory]
    [InlineData("How do I get my money back?", "Can I request a refund?", 0.458f)]
    [InlineData("The parcel arrives on Monday.", "Your package will be delivered Monday.", 0.549f)]
    [InlineData("How long is the warranty?", "What guarantee period do I get?", 0.605f)]
    [InlineData("How long is the warranty?", "The river flows through the town.", -0.036f)]
    [InlineData("Who founded the club?", "Clean the filter with warm water.", 0.053f)]
    public async Task Embed_PairOfTheModelCard_HasItsCosine(string one, string two, float cosine)
    {
        var actual = EmbeddingFixture.Cosine(await fixture.EmbedAsync(one), await fixture.EmbedAsync(two));

        Assert.InRange(actual, cosine - 0.05f, cosine + 0.05f);
    }

    [Fact]
    public async Task Embed_AmongFiftyConcurrentCalls_IsAsAlone()
    {
        var texts = Filler(50).ToArray();
        var alone = new List<float[]>();
        foreach (var text in texts) alone.Add(await fixture.EmbedAsync(text));

        var together = await Task.WhenAll(texts.Select(fixture.EmbedAsync));

        for (var i = 0; i < texts.Length; i++) Assert.True(EmbeddingFixture.Cosine(alone[i], together[i]) > 0.9999f, texts[i]);
        Assert.Empty(fixture.Service.Errors);
    }

    [Fact]
    public async Task Embed_TextOfTheWholeContext_IsTaken()
    {
        var text = await TextOfTokensAsync(ContextTokensMax);

        var response = await fixture.Client.EmbedAsync(new EmbedRequest { Inputs = { Enumerable.Repeat(text, 9) } });

        Assert.All(response.TokenCounts, count => Assert.Equal((uint)ContextTokensMax, count));
    }

    [Fact]
    public async Task Embed_TextTooLong_IsRefusedByName()
    {
        var text = await TextOfTokensAsync(ContextTokensMax + 1);

        var error = await RefusalAsync(new EmbedRequest { Inputs = { "short", text } });

        Assert.Equal(Reason.ContextLengthExceeded, error.Reason);
        Assert.Equal("inputs[1]", error.Param);
        Assert.Contains("513 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embed_TextTooLongToTruncate_IsItsBeginning()
    {
        var fits = await TextOfTokensAsync(ContextTokensMax);
        var request = new EmbedRequest { Inputs = { fits, fits + " river and more of it" }, Truncation = Truncation.End };

        var response = await fixture.Client.EmbedAsync(request);

        var vectors = EmbeddingFixture.Vectors(response);
        Assert.Equal([512u, 512u], response.TokenCounts);
        Assert.True(EmbeddingFixture.Cosine(vectors[0], vectors[1]) > 0.9999f);
    }

    public static TheoryData<string, string, EmbedRequest> BadRequests => new()
    {
        { "inputs", "invalid_argument", new EmbedRequest() },
        { "priority", "invalid_argument", new EmbedRequest { Inputs = { "text" }, Priority = (EmbedPriority)7 } },
        { "inputs[1]", "invalid_argument", new EmbedRequest { Inputs = { "x", "" } } },
        { "inputs[0]", "invalid_argument", new EmbedRequest { Inputs = { " \n\t" } } },
        { "dimension", "invalid_argument", new EmbedRequest { Inputs = { "x" }, Dimension = 100 } },
        { "dimension", "invalid_argument", new EmbedRequest { Inputs = { "x" }, Dimension = uint.MaxValue } },
        { "model", "model_not_found", new EmbedRequest { Inputs = { "x" }, Model = "gpt-4" } },
        { "model", "model_not_found", new EmbedRequest { Inputs = { "x" }, Model = "tiny-rerank" } },
        { "purpose", "invalid_argument", new EmbedRequest { Inputs = { "x" }, Purpose = (EmbedPurpose)9 } },
        { "truncation", "invalid_argument", new EmbedRequest { Inputs = { "x" }, Truncation = (Truncation)9 } },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Embed_BadRequest_NamesTheFieldAndTheReason(string param, string code, EmbedRequest request)
    {
        var error = await RefusalAsync(request);

        Assert.Equal(code, error.Reason.Info().Code);
        Assert.Equal(param, error.Param);
        Assert.Empty(fixture.Service.Errors);
    }

    [Fact]
    public async Task Embed_TooManyTexts_SaysHowManyGo()
    {
        var error = await RefusalAsync(new EmbedRequest { Inputs = { Enumerable.Repeat("x", 2049) } });

        Assert.Equal(Reason.InvalidArgument, error.Reason);
        Assert.Contains("2049 texts; at most 2048", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("\u0001\u0002")]
    [InlineData("\ufeff\u200b")]
    [InlineData("[CLS][SEP][PAD]")]
    [InlineData("🙂🙂🙂")]
    [InlineData("漢字仮名交じり文")]
    public async Task Embed_OddText_IsAVector(string text)
    {
        var vector = await fixture.EmbedAsync(text);

        Assert.All(vector, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public async Task CountTokens_NoText_IsNothing() =>
        Assert.Empty((await fixture.Client.CountTokensAsync(new CountTokensRequest())).Counts);

    [Fact]
    public async Task CountTokens_OfAnyModel_CountsTheSpecialTokens()
    {
        var response = await fixture.Client.CountTokensAsync(new CountTokensRequest { Model = "tiny-rerank", Inputs = { "", "a" } });

        Assert.Equal([2u, 3u], response.Counts);
    }

    private static IEnumerable<string> Filler(int count) =>
        Enumerable.Range(1, count).Select(i => string.Join(' ', Enumerable.Repeat($"river mill number {i} grinds corn", 1 + (i % 9))));

    private async Task<MillraceException> RefusalAsync(EmbedRequest request) =>
        await Assert.ThrowsAsync<MillraceException>(async () => await fixture.Client.EmbedAsync(request));

    /// <summary>A text of exactly so many tokens, [CLS] and [SEP] included.</summary>
    private async Task<string> TextOfTokensAsync(int tokens)
    {
        var text = string.Join(' ', Enumerable.Repeat("river", tokens - 2));
        var counted = await fixture.Client.CountTokensAsync(new CountTokensRequest { Inputs = { text } });
        Assert.Equal((uint)tokens, counted.Counts.Single());
        return text;
    }
}
