using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Embedding.V1;
using Millrace.Embedding.Engine;
using Millrace.Embedding.Models;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using EncoderTask = Millrace.Embedding.Models.EncoderTask;

namespace Millrace.Embedding.Tests.Engine;

public sealed class EncoderEngineTests
{
    [Fact]
    public async Task Encode_CancelledWhileItWaits_IsDroppedWithoutBeingComputed()
    {
        await using var service = await EmbeddingFixture.StartAsync(("Embedding:BatchTextsMax", "1"));
        using var computed = new TokenCount(service);
        using var cancel = new CancellationTokenSource();
        var engine = Engine(service);

        var first = engine.EncodeAsync(Texts(service, count: 30, words: 400), CancellationToken.None);
        var waiting = engine.EncodeAsync(Texts(service, count: 3, words: 100), cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.DefaultTimeout());
        Assert.Equal(30, (await first.DefaultTimeout()).Length);
        await engine.EncodeAsync(Texts(service, count: 1, words: 8), CancellationToken.None).DefaultTimeout();
        Assert.Equal((30 * 402) + 10, computed.Total);
        Assert.False(engine.IsBroken);
    }

    [Fact]
    public async Task Embed_CancelledByTheCaller_IsCancelledAndNoError()
    {
        await using var service = await EmbeddingFixture.StartAsync();
        using var cancel = new CancellationTokenSource();
        var client = new EmbeddingService.EmbeddingServiceClient(service.Invoker("embedding"));
        var text = string.Join(' ', Enumerable.Repeat("river", 500));

        using var call = client.EmbedAsync(new EmbedRequest { Inputs = { Enumerable.Repeat(text, 40) } }, cancellationToken: cancel.Token);
        await cancel.CancelAsync();

        var error = await Assert.ThrowsAsync<MillraceException>(() => call.ResponseAsync.DefaultTimeout());
        Assert.Equal(Reason.Cancelled, error.Reason);
        Assert.Empty(EmbeddingFixture.Defects(service));
    }

    [Fact]
    public async Task Embed_MoreThanTheQueueHolds_IsQueueFullAndTheNextCallWorks()
    {
        await using var service = await EmbeddingFixture.StartAsync(("Embedding:BatchTextsMax", "2"), ("Embedding:QueueTextsMax", "2"));
        var client = new EmbeddingService.EmbeddingServiceClient(service.Invoker("embedding"));
        var text = string.Join(' ', Enumerable.Repeat("river", 400));
        var texts = Enumerable.Range(0, 200).Select(i => $"{i} {text}");

        var error = await Assert.ThrowsAsync<MillraceException>(
            async () => await client.EmbedAsync(new EmbedRequest { Inputs = { texts } }));
        var next = await client.EmbedAsync(new EmbedRequest { Inputs = { "mill" } });

        Assert.Equal(Reason.QueueFull, error.Reason);
        Assert.Equal(TimeSpan.FromSeconds(1), error.RetryAfter);
        Assert.Equal(256u, next.Dimension);
        Assert.Empty(service.Errors);
    }

    [Fact]
    public async Task Encode_EngineFails_TellsEveryCallerHealthAndTheLog()
    {
        await using var service = await EmbeddingFixture.StartAsync(("Embedding:BatchTextsMax", "1"));
        var engine = Engine(service);
        LlamaToken[][] texts = [[new LlamaToken(int.MaxValue)], [new LlamaToken(200)], [new LlamaToken(201)]];

        var failed = await Assert.ThrowsAsync<MillraceException>(() => engine.EncodeAsync(texts, CancellationToken.None).DefaultTimeout());
        var later = await Assert.ThrowsAsync<MillraceException>(() => engine.EncodeAsync(texts, CancellationToken.None).DefaultTimeout());
        using var health = await service.Http.GetAsync(new Uri("/health", UriKind.Relative));

        Assert.Equal(Reason.ModelUnavailable, failed.Reason);
        Assert.Equal(Reason.ModelUnavailable, later.Reason);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("The engine of tiny-embed failed", Assert.Single(service.Errors), StringComparison.Ordinal);
    }

    private static EncoderEngine Engine(ServiceUnderTest service) => Encoder(service).Engine;

    private static Encoder Encoder(ServiceUnderTest service) =>
        service.Services.GetRequiredService<EncoderCatalog>().Find("", EncoderTask.Embed);

    private static LlamaToken[][] Texts(ServiceUnderTest service, int count, int words)
    {
        var tokens = Encoder(service).Vocab.Tokenize(string.Join(' ', Enumerable.Repeat("river", words)), addSpecial: true);
        return [.. Enumerable.Repeat(tokens, count)];
    }

    /// <summary>Adds up the tokens that one service computes.</summary>
    private sealed class TokenCount : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _total;

        public TokenCount(ServiceUnderTest service)
        {
            var scope = service.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "millrace.embedding.tokens" && instrument.Meter.Scope == scope)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _total, value));
            _listener.Start();
        }

        public long Total => Interlocked.Read(ref _total);

        public void Dispose() => _listener.Dispose();
    }
}
