using System.Security.Cryptography;
using System.Text;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Tests.Models;

public sealed class TokenizerTests(EmbeddingFixture fixture) : IClassFixture<EmbeddingFixture>
{
    [Fact]
    public async Task GetTokenizer_BuiltInModel_IsInBertsWriting()
    {
        var tokenizer = await fixture.Client.GetTokenizerAsync(new GetTokenizerRequest());

        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"], tokenizer.Vocabulary.Take(7));
        Assert.Contains("##s", tokenizer.Vocabulary);
        Assert.DoesNotContain(tokenizer.Vocabulary, token => token.Contains('\u2581', StringComparison.Ordinal));
        Assert.Equal(
            ("tiny-embed", 29_915, true, "[UNK]", 2u, 512u),
            (tokenizer.Model, tokenizer.Vocabulary.Count, tokenizer.LowerCase, tokenizer.UnknownToken, tokenizer.AddedTokens,
                tokenizer.ContextTokensMax));
    }

    [Fact]
    public async Task GetTokenizer_Fingerprint_IsTheHashOfTheVocabulary()
    {
        var tokenizer = await fixture.Client.GetTokenizerAsync(new GetTokenizerRequest { Model = "tiny-rerank" });

        var lines = string.Concat(tokenizer.Vocabulary.Select(token => token + "\n"));
        Assert.Equal("tiny-rerank", tokenizer.Model);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines))), tokenizer.Fingerprint);
    }

    [Fact]
    public async Task GetTokenizer_UnknownModel_IsNotFound()
    {
        var error = await Assert.ThrowsAsync<MillraceException>(
            async () => await fixture.Client.GetTokenizerAsync(new GetTokenizerRequest { Model = "gpt-4" }));

        Assert.Equal(Reason.ModelNotFound, error.Reason);
    }

    [Fact]
    public async Task GetTokenizer_NotWordPiece_IsRefusedWithTheWayOut()
    {
        await using var service = await EmbeddingFixture.StartAsync(
            ("Embedding:EmbeddingModels:0", "tiny-rag-chat"), ("Embedding:Pooling:tiny-rag-chat", "Mean"));
        var client = new EmbeddingService.EmbeddingServiceClient(service.Invoker("embedding"));

        var error = await Assert.ThrowsAsync<MillraceException>(async () => await client.GetTokenizerAsync(new GetTokenizerRequest()));

        Assert.Equal((Reason.InvalidArgument, "model"), (error.Reason, error.Param));
        Assert.Contains("BytePair", error.Message, StringComparison.Ordinal);
        Assert.Contains("CountTokens", error.Message, StringComparison.Ordinal);
    }
}
