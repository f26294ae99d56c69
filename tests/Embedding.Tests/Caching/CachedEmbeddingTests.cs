using Grpc.Core;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Caching;

public sealed class CachedEmbeddingTests
{
    [Fact]
    public async Task Embed_SameTextAgain_IsNotComputedAgain()
    {
        await using var service = await EmbeddingFixture.StartAsync();
        using var counts = new LookupCounts(service);

        var first = await EmbedAsync(service, "t", "The mill grinds corn.", "x");
        var tokens = counts.Tokens;
        var second = await EmbedAsync(service, "t", "The mill grinds corn.", "y");

        Assert.Equal(first.TokenCounts[0], second.TokenCounts[0]);
        Assert.Equal(EmbeddingFixture.Vectors(first)[0], EmbeddingFixture.Vectors(second)[0]);
        Assert.Equal((1, 0, 3), (counts.Hits, counts.Shared, counts.Misses));
        Assert.Equal(tokens + second.TokenCounts[1], counts.Tokens);
    }

    [Fact]
    public async Task Embed_SameTextByAnotherTenant_IsFoundOnlyWhereTheCacheIsShared()
    {
        await using var own = await EmbeddingFixture.StartAsync();
        await using var shared = await EmbeddingFixture.StartAsync(("Embedding:Cache:PerTenant", "false"));
        using var ownCounts = new LookupCounts(own);
        using var sharedCounts = new LookupCounts(shared);

        foreach (var tenant in new[] { "one", "two" })
        {
            await EmbedAsync(own, tenant, "mill");
            await EmbedAsync(shared, tenant, "mill");
        }

        Assert.Equal((0, 2), (ownCounts.Hits, ownCounts.Misses));
        Assert.Equal((1, 1), (sharedCounts.Hits, sharedCounts.Misses));
    }

    [Fact]
    public async Task Embed_SameTextManyTimesAtOnce_IsComputedOnce()
    {
        await using var service = await EmbeddingFixture.StartAsync(("Embedding:Cache:BytesMax", "0"));
        using var counts = new LookupCounts(service);
        var text = string.Join(' ', Enumerable.Repeat("river", 400));

        var response = await EmbedAsync(service, "t", [.. Enumerable.Repeat(text, 200)]);

        Assert.Equal((0, 199, 1), (counts.Hits, counts.Shared, counts.Misses));
        Assert.Equal(402, counts.Tokens);
        Assert.Single(EmbeddingFixture.Vectors(response).DistinctBy(vector => string.Join(' ', vector)));
    }

    [Fact]
    public async Task Embed_TextThatWasCut_IsStillRefusedWithoutTruncation()
    {
        await using var service = await EmbeddingFixture.StartAsync();
        var text = string.Join(' ', Enumerable.Repeat("river", 600));
        var client = Client(service);

        var cut = await client.EmbedAsync(new EmbedRequest { Inputs = { text }, Truncation = Truncation.End });
        var again = await client.EmbedAsync(new EmbedRequest { Inputs = { text }, Truncation = Truncation.End });
        var error = await Assert.ThrowsAsync<MillraceException>(() => EmbedAsync(service, "t", text));

        Assert.Equal(cut, again);
        Assert.Equal(Reason.ContextLengthExceeded, error.Reason);
    }

    [Fact]
    public async Task Embed_QueryAndPassage_AreKeptApartWhereTheModelTellsThemApart()
    {
        await using var service = await EmbeddingFixture.StartAsync(("Embedding:Prefixes:tiny-embed:Query", "question: "));
        using var counts = new LookupCounts(service);
        var client = Client(service);

        var passage = await client.EmbedAsync(new EmbedRequest { Inputs = { "mill" } });
        var query = await client.EmbedAsync(new EmbedRequest { Inputs = { "mill" }, Purpose = EmbedPurpose.Query });

        Assert.Equal((0, 2), (counts.Hits, counts.Misses));
        Assert.NotEqual(passage.Vectors, query.Vectors);
    }

    [Fact]
    public async Task Embed_RefusedAmongOthers_LeavesNothingThatTheNextCallWaitsFor()
    {
        await using var service = await EmbeddingFixture.StartAsync(("Embedding:BatchTextsMax", "2"), ("Embedding:QueueTextsMax", "2"));

        await Assert.ThrowsAsync<MillraceException>(() => EmbedAsync(service, "t", "mill", "river", "corn"));
        await Assert.ThrowsAsync<MillraceException>(() => EmbedAsync(service, "t", "mill", " "));

        Assert.Single((await EmbedAsync(service, "t", "mill").DefaultTimeout()).TokenCounts);
    }

    private static async Task<EmbedResponse> EmbedAsync(ServiceUnderTest service, string tenant, params string[] texts) =>
        await Client(service).EmbedAsync(
            new EmbedRequest { Inputs = { texts } }, new Metadata { { CallContext.TenantHeader, tenant } });

    private static EmbeddingService.EmbeddingServiceClient Client(ServiceUnderTest service) => new(service.Invoker("embedding"));
}
