using System.Numerics.Tensors;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Embedding.V1;
using Millrace.LlamaCpp;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Models;

public sealed class PoolingTests
{
    private const string Text = "The parcel arrives on Monday.";

    [Theory]
    [InlineData(null)]
    [InlineData("Mean")]
    [InlineData("Cls")]
    [InlineData("Last")]
    public async Task Pooling_Configured_IsThatOfTheTokenOutputs(string? pooling)
    {
        (string, string)[] settings = pooling is null ? [] : [("Embedding:Pooling:tiny-embed", pooling)];
        await using var service = await EmbeddingFixture.StartAsync(settings);
        var client = new EmbeddingService.EmbeddingServiceClient(service.Invoker("embedding"));

        var vector = EmbeddingFixture.Vectors(await client.EmbedAsync(new EmbedRequest { Inputs = { Text } })).Single();

        foreach (var (name, expected) in OutputsByHand())
        {
            var cosine = EmbeddingFixture.Cosine(expected, vector);
            Assert.True(cosine > 0.999f == (name == (pooling ?? "Mean")), $"{name}: {cosine}");
        }
    }

    [Fact]
    public async Task Pooling_Unknown_IsRefusedAtStart()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => EmbeddingFixture.StartLoadingAsync(("Embedding:Pooling:tiny-embed", "4")));

        Assert.Contains("use FromModel, Mean, Cls or Last", error.Message, StringComparison.Ordinal);
    }

    /// <summary>What each pooling makes of the tokens' own outputs.</summary>
    private static IEnumerable<(string Name, float[] Vector)> OutputsByHand()
    {
        using var model = LlamaModel.Load(Path.Combine(RepoPaths.Models, "tiny-embed.gguf"), new LlamaModelOptions());
        using var context = model.CreateContext(new LlamaContextOptions { Embeddings = true, Pooling = PoolingType.None });
        var tokens = model.Vocab.Tokenize(Text, addSpecial: true);
        var batch = new LlamaBatch(tokens.Length);
        for (var i = 0; i < tokens.Length; i++) batch.Add(tokens[i], i, new LlamaSequenceId(0), output: true);
        context.Decode(batch);
        var outputs = tokens.Select((_, i) => context.GetTokenEmbedding(i).ToArray()).ToArray();
        var mean = new float[outputs[0].Length];
        foreach (var output in outputs) TensorPrimitives.Add(mean, output, mean);
        return [("Mean", mean), ("Cls", outputs[0]), ("Last", outputs[^1])];
    }
}
