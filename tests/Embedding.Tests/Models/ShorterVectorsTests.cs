using System.Numerics.Tensors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Embedding.V1;
using Millrace.Embedding.Engine;
using Millrace.Embedding.Models;
using Millrace.Embedding.Tests.Caching;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Models;

public sealed class ShorterVectorsTests
{
    [Fact]
    public async Task Embed_ShorterDimension_IsTheBeginningMadeUnitAgain()
    {
        await using var service = await EmbeddingFixture.StartAsync();
        using var counts = new LookupCounts(service);

        var whole = await EmbedAsync(service, 0);
        var cut = await EmbedAsync(service, 64);
        var wholeAgain = await EmbedAsync(service, 256);

        var vector = EmbeddingFixture.Vectors(cut).Single();
        Assert.Equal((64u, 64), (cut.Dimension, vector.Length));
        Assert.Equal(1f, TensorPrimitives.Norm<float>(vector), 1e-5f);
        Assert.Equal(1f, EmbeddingFixture.Cosine(EmbeddingFixture.Vectors(whole).Single()[..64], vector), 1e-5f);
        Assert.Equal(whole.Vectors, wholeAgain.Vectors);
        Assert.Equal((2, 1), (counts.Hits, counts.Misses));
        Assert.Equal(2.0 / 3, service.Services.GetRequiredService<EncoderMetrics>().HitRatio(), 6);
    }

    [Fact]
    public async Task Embed_DimensionNotTrained_IsRefusedWithThoseThatAre()
    {
        await using var service = await EmbeddingFixture.StartAsync();

        var error = await Assert.ThrowsAsync<MillraceException>(() => EmbedAsync(service, 100));

        Assert.Equal((Reason.InvalidArgument, "dimension"), (error.Reason, error.Param));
        Assert.Contains("64, 128", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListModels_ShorterDimensions_AreAsTheFileSays()
    {
        await using var service = await EmbeddingFixture.StartAsync();

        var models = await Client(service).ListModelsAsync(new ListModelsRequest());

        Assert.Equal([64u, 128u], models.Models.Single(model => model.Name == "tiny-embed").ShorterDimensions);
        Assert.Empty(models.Models.Single(model => model.Name == "tiny-rerank").ShorterDimensions);
    }

    [Fact]
    public async Task ListModels_OperatorSaysOtherLengths_TheseAscending()
    {
        await using var service = await EmbeddingFixture.StartAsync(
            ("Embedding:ShorterDimensions:tiny-embed:0", "192"), ("Embedding:ShorterDimensions:tiny-embed:1", "32"));

        var models = await Client(service).ListModelsAsync(new ListModelsRequest());

        Assert.Equal([32u, 192u], models.Models.Single(model => model.Name == "tiny-embed").ShorterDimensions);
    }

    [Fact]
    public async Task Options_LengthBelowOne_IsNamedAtStart()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => EmbeddingFixture.StartLoadingAsync(("Embedding:ShorterDimensions:tiny-embed:0", "0")));

        Assert.Contains("ShorterDimensions:tiny-embed", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_SharedVector_StaysAsItIs()
    {
        float[] shared = [3, 4, 12];

        Assert.Equal([0.6f, 0.8f], ShorterVectors.Cut(shared, 2));
        Assert.Equal([3f, 4f, 12f], shared);
        Assert.Equal([0f], ShorterVectors.Cut([0, 1], 1));
    }

    private static async Task<EmbedResponse> EmbedAsync(ServiceUnderTest service, uint dimension) =>
        await Client(service).EmbedAsync(new EmbedRequest { Inputs = { "The mill grinds corn." }, Dimension = dimension });

    private static EmbeddingService.EmbeddingServiceClient Client(ServiceUnderTest service) => new(service.Invoker("embedding"));
}
