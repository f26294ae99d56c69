using Microsoft.Extensions.Options;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Ingestion;

public sealed class EmbedBatcherTests
{
    private static readonly EncoderChoice Model = new("m", 0);

    [Fact]
    public async Task Embed_WhileACallIsUnderWay_GoesTogetherWithTheNextOne()
    {
        var encoder = new GatedEncoder();
        using var batcher = Batcher(encoder);
        var first = batcher.EmbedAsync(Model, ["a"], CancellationToken.None);
        await encoder.Called.WaitAsync().DefaultTimeout();
        var others = new[] { "b", "c", "d" }.Select(text => batcher.EmbedAsync(Model, [text, text], CancellationToken.None)).ToList();

        encoder.Gate.Release(10);
        await Task.WhenAll([first, .. others]).DefaultTimeout();

        Assert.Equal(["a", "bbcc", "dd"], encoder.Calls.Select(texts => string.Concat(texts)));
        Assert.Equal(FakeEmbeddingService.Vector("c"), (await others[1])[1].ToArray());
    }

    [Fact]
    public async Task Embed_OneTextIsRefused_SpoilsNoOther()
    {
        var encoder = new GatedEncoder();
        using var batcher = Batcher(encoder);
        var first = batcher.EmbedAsync(Model, ["a"], CancellationToken.None);
        await encoder.Called.WaitAsync().DefaultTimeout();
        var bad = batcher.EmbedAsync(Model, ["bad"], CancellationToken.None);
        var good = batcher.EmbedAsync(Model, ["good"], CancellationToken.None);
        encoder.Gate.Release(10);

        await Assert.ThrowsAsync<MillraceException>(() => bad.DefaultTimeout());
        Assert.Equal(FakeEmbeddingService.Vector("good"), (await good.DefaultTimeout())[0].ToArray());
        await first.DefaultTimeout();
    }

    [Fact]
    public async Task Embed_OtherModel_IsACallOfItsOwn()
    {
        var encoder = new GatedEncoder();
        using var batcher = Batcher(encoder);
        var first = batcher.EmbedAsync(Model, ["a"], CancellationToken.None);
        await encoder.Called.WaitAsync().DefaultTimeout();
        var same = batcher.EmbedAsync(Model, ["b"], CancellationToken.None);
        var other = batcher.EmbedAsync(Model with { Dimension = 64 }, ["c"], CancellationToken.None);
        encoder.Gate.Release(10);
        await Task.WhenAll(first, same, other).DefaultTimeout();

        Assert.Equal(["a", "b", "c"], encoder.Calls.Select(texts => string.Concat(texts)));
    }

    private static EmbedBatcher Batcher(IEncoder encoder)
    {
        var options = new RetrievalOptions();
        (options.Ingestion.EmbedBatchSize, options.Ingestion.EmbedCallsMax) = (4, 1);
        return new EmbedBatcher(encoder, Options.Create(options));
    }

    private sealed class GatedEncoder : IEncoder
    {
        public SemaphoreSlim Called { get; } = new(0);

        public SemaphoreSlim Gate { get; } = new(0);

        public List<IReadOnlyList<string>> Calls { get; } = [];

        public async Task<Embeddings> EmbedAsync(
            EncoderChoice encoder, IReadOnlyList<string> texts, TextPurpose purpose, CancellationToken cancellationToken)
        {
            Calls.Add(texts);
            Called.Release();
            await Gate.WaitAsync(cancellationToken);
            if (texts.Contains("bad")) throw MillraceException.InvalidArgument("inputs", "bad");
            return new Embeddings("m", FakeEmbeddingService.Dimension, texts.SelectMany(FakeEmbeddingService.Vector).ToArray());
        }

        public Task<IReadOnlyList<int>> CountTokensAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<double>> RerankAsync(
            string query, IReadOnlyList<string> documents, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
