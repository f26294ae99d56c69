using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Embedding.V1;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Encoders;

/// <summary>Tokenizers that are asked for, kept and checked, over a real connection.</summary>
public sealed class TokenCountersTests : IAsyncLifetime
{
    // A word or a mark that is not in the vocabulary is one unknown token, and so one token, as the fake counts.
    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "refund", "re", "##fund"];

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RetrievalOptions _options = new();
    private ServiceUnderTest? _embedding;

    private FakeEmbeddingService Fake => _embedding!.Services.GetRequiredService<FakeEmbeddingService>();

    public async Task InitializeAsync() => _embedding = await ServiceUnderTest.StartAsync(
        builder => builder.Services.AddSingleton(new FakeEmbeddingService { CountsAs = Count, Tokenizer = Answer(Vocabulary) }),
        app => app.MapGrpcService<FakeEmbeddingService>());

    [Fact]
    public async Task ForAsync_WordPieceModel_IsAskedOnceAndCountsHere()
    {
        using var counters = NewCounters();

        var meter = await counters.ForAsync("m", CancellationToken.None);
        var counts = await meter.CountAsync(["a refund", "refundfund"], CancellationToken.None);
        await counters.ForAsync("m", CancellationToken.None);

        Assert.Equal([4, 4], counts);
        Assert.Equal((true, 512), (meter.IsExact, meter.ContextTokensMax));
        Assert.Equal((1, 1), (Fake.TokenizerCalls, Fake.CountCalls));
    }

    [Fact]
    public async Task ForAsync_AfterARestart_NeedsNoCall()
    {
        using (var before = NewCounters()) await before.ForAsync("m", CancellationToken.None);
        Fake.IsDown = true;

        using var after = NewCounters();
        var meter = await after.ForAsync("m", CancellationToken.None);

        Assert.True(meter.IsExact);
        Assert.Equal((1, 1), (Fake.TokenizerCalls, Fake.CountCalls));
    }

    [Fact]
    public async Task ForAsync_OldAndServiceDown_GoesOnWithTheOldOne()
    {
        using (var before = NewCounters()) await before.ForAsync("m", CancellationToken.None);
        Fake.IsDown = true;
        _time.Advance(_options.Tokenizers.MaxAge * 2);

        using var after = NewCounters();

        Assert.True((await after.ForAsync("m", CancellationToken.None)).IsExact);
    }

    [Fact]
    public async Task ForAsync_OldAndModelChanged_TakesTheNewVocabulary()
    {
        using var counters = NewCounters();
        var before = await counters.ForAsync("m", CancellationToken.None);
        Fake.Tokenizer = Answer([.. Vocabulary, "##s"]);

        var fresh = await counters.ForAsync("m", CancellationToken.None);
        _time.Advance(_options.Tokenizers.MaxAge);
        Fake.CountsAs = text => Count(text) + (text == "refunds" ? 1 : 0);
        var after = await counters.ForAsync("m", CancellationToken.None);

        Assert.Same(before, fresh);
        Assert.Equal([3], await before.CountAsync(["refunds"], CancellationToken.None));
        Assert.Equal([4], await after.CountAsync(["refunds"], CancellationToken.None));
    }

    [Fact]
    public async Task ForAsync_OtherTokenizer_CountsByCalls()
    {
        Fake.Tokenizer = null;
        using var counters = NewCounters();

        var meter = await counters.ForAsync("m", CancellationToken.None);
        await counters.ForAsync("m", CancellationToken.None);

        Assert.False(meter.IsExact);
        Assert.Equal([Count("a refund")], await meter.CountAsync(["a refund"], CancellationToken.None));
        Assert.Equal(1, Fake.TokenizerCalls);
    }

    [Fact]
    public async Task ForAsync_CountsDiffer_CountsByCalls()
    {
        Fake.CountsAs = text => text.Length;
        using var counters = NewCounters();

        Assert.False((await counters.ForAsync("m", CancellationToken.None)).IsExact);
    }

    [Fact]
    public async Task ForAsync_UnusableVocabulary_CountsByCalls()
    {
        Fake.Tokenizer = Answer(["a", "b"]);
        using var counters = NewCounters();

        Assert.False((await counters.ForAsync("m", CancellationToken.None)).IsExact);
    }

    [Fact]
    public async Task ForAsync_ServiceDownFromTheStart_SaysSo()
    {
        Fake.IsDown = true;
        using var counters = NewCounters();

        var error = await Assert.ThrowsAsync<MillraceException>(() => counters.ForAsync("m", CancellationToken.None));

        Assert.True(error.Reason.Info().Retryable);
    }

    [Fact]
    public async Task ForAsync_DamagedFile_IsAskedForAgain()
    {
        using (var before = NewCounters()) await before.ForAsync("m", CancellationToken.None);
        var file = Assert.Single(Directory.GetFiles(_folder.Path, "*.json"));
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("refund", "refuse", StringComparison.Ordinal));

        using var after = NewCounters();
        await after.ForAsync("m", CancellationToken.None);

        Assert.Equal(2, Fake.TokenizerCalls);
    }

    [Fact]
    public async Task ForAsync_ManyModels_KeepsTheLatest()
    {
        _options.Tokenizers.KeptMax = 3;
        using var counters = NewCounters();

        for (var i = 0; i < 6; i++)
        {
            await counters.ForAsync($"m{i}", CancellationToken.None);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await counters.ForAsync("m5", CancellationToken.None);
        Assert.Equal(6, Fake.TokenizerCalls);
        Assert.Equal(3, Directory.GetFiles(_folder.Path, "*.json").Length);
    }

    public async Task DisposeAsync()
    {
        if (_embedding is not null) await _embedding.DisposeAsync();
        _folder.Dispose();
    }

    private static int Count(string text) => new WordPieceMeter(BuiltInTokenizer.ModelOf(Vocabulary)).Count(text);

    private static GetTokenizerResponse Answer(string[] vocabulary)
    {
        var model = BuiltInTokenizer.ModelOf(vocabulary);
        return new GetTokenizerResponse
        {
            Model = model.Model, Vocabulary = { vocabulary }, LowerCase = true, UnknownToken = "[UNK]", AddedTokens = 2,
            Fingerprint = model.Fingerprint, ContextTokensMax = 512,
        };
    }

    private TokenCounters NewCounters()
    {
        var options = Options.Create(_options);
        var client = new EmbeddingService.EmbeddingServiceClient(_embedding!.Invoker("embedding"));
        return new TokenCounters(
            new TokenizerSource(client, new EmbeddingServiceEncoder(client)),
            new TokenizerFolder(_folder.Path, options, NullLogger<TokenizerFolder>.Instance),
            options,
            _time,
            NullLogger<TokenCounters>.Instance);
    }
}
