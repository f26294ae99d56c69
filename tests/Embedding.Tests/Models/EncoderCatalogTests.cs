using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Embedding.V1;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Models;

public sealed class EncoderCatalogTests
{
    [Fact]
    public async Task ListModels_Default_NamesBothBuiltInModels()
    {
        await using var service = await EmbeddingFixture.StartAsync();

        var response = await Client(service).ListModelsAsync(new ListModelsRequest());

        var shared = new EncoderModel { ContextTokensMax = 512, IsDefault = true };
        var embed = new EncoderModel(shared)
        {
            Name = "tiny-embed", Task = EncoderTask.Embed, Dimension = 256, ShorterDimensions = { 64, 128 },
        };
        var rerank = new EncoderModel(shared) { Name = "tiny-rerank", Task = EncoderTask.Rerank };
        Assert.Equal([embed, rerank], response.Models);
        Assert.Empty(service.Errors);
    }

    [Fact]
    public async Task Prefixes_Configured_GoInFrontOfQueriesAndPassages()
    {
        await using var plain = await EmbeddingFixture.StartAsync();
        await using var prefixed = await EmbeddingFixture.StartAsync(
            ("Embedding:Prefixes:tiny-embed:Query", "question: "), ("Embedding:Prefixes:tiny-embed:Passage", "fact: "));

        var query = await EmbedAsync(plain, "question: mill", EmbedPurpose.Query);
        var passage = await EmbedAsync(plain, "fact: mill", EmbedPurpose.Passage);

        Assert.Equal(query, await EmbedAsync(prefixed, "mill", EmbedPurpose.Query), Close);
        Assert.Equal(passage, await EmbedAsync(prefixed, "mill", EmbedPurpose.Passage), Close);
        Assert.Equal(passage, await EmbedAsync(prefixed, "mill", EmbedPurpose.Unspecified), Close);
        Assert.NotEqual(query, passage, Close);
    }

    [Theory]
    [InlineData("not a model at all", "not a usable GGUF file")]
    [InlineData("", "not a usable GGUF file")]
    [InlineData(null, "cannot be read")]
    public async Task Load_CorruptFile_SaysSoOnceAndStops(string? content, string complaint)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("broken.gguf");
        if (content is not null) await File.WriteAllTextAsync(path, content);

        await AssertRefusedAsync(path, complaint, ("Embedding:EmbeddingModels:0", path));
    }

    [Fact]
    public async Task Load_FileCutShort_SaysSoOnceAndStops()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("cut.gguf");
        var whole = await File.ReadAllBytesAsync(Path.Combine(RepoPaths.Models, "tiny-embed.gguf"));
        await File.WriteAllBytesAsync(path, whole[..(whole.Length / 2)]);

        await AssertRefusedAsync(path, "cut short", ("Embedding:EmbeddingModels:0", path));
    }

    [Theory]
    [InlineData("EmbeddingModels", "tiny-rag-chat")]
    [InlineData("EmbeddingModels", "tiny-rerank")]
    [InlineData("RerankModels", "tiny-embed")]
    public async Task Load_ModelOfAnotherKind_SaysSoOnceAndStops(string setting, string model) =>
        await AssertRefusedAsync(
            Path.Combine(RepoPaths.Models, model + ".gguf"), $"Embedding:{setting}", ($"Embedding:{setting}:0", model));

    [Fact]
    public async Task Options_OutOfRange_AreAllNamedAtStart()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => EmbeddingFixture.StartLoadingAsync(
            ("Embedding:BatchTextsMax", "300"), ("Embedding:ThreadCount", "513"), ("Embedding:QueueTextsMax", "7"),
            ("Embedding:BatchWindow", "00:00:02"), ("Embedding:Cache:BytesMax", "-1"), ("Embedding:Cache:TimeToLive", "00:00:00")));

        Assert.Equal(6, error.Failures.Count());
        Assert.All(error.Failures, failure => Assert.StartsWith("Embedding: ", failure, StringComparison.Ordinal));
    }

    private static async Task AssertRefusedAsync(string path, string complaint, params (string Key, string Value)[] settings)
    {
        await using var service = await EmbeddingFixture.StartLoadingAsync(settings);
        try
        {
            await StoppingAsync(service);

            var line = Assert.Single(service.Errors).Trim();
            Assert.Contains("The encoders cannot be loaded", line, StringComparison.Ordinal);
            Assert.Contains(path, line, StringComparison.Ordinal);
            Assert.Contains(complaint, line, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', line);
            Assert.Equal(1, Environment.ExitCode);
        }
        finally
        {
            Environment.ExitCode = 0;
        }
    }

    private static async Task StoppingAsync(ServiceUnderTest service)
    {
        var stopping = new TaskCompletionSource();
        var lifetime = service.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var registration = lifetime.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.DefaultTimeout();
    }

    private static bool Close(float[] one, float[] two) => EmbeddingFixture.Cosine(one, two) > 0.9999f;

    private static async Task<float[]> EmbedAsync(ServiceUnderTest service, string text, EmbedPurpose purpose) =>
        EmbeddingFixture.Vectors(await Client(service).EmbedAsync(new EmbedRequest { Inputs = { text }, Purpose = purpose })).Single();

    private static EmbeddingService.EmbeddingServiceClient Client(ServiceUnderTest service) => new(service.Invoker("embedding"));
}
