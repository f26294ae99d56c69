using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Models;

public sealed class EmbedderStressTests
{
    [Theory]
    [InlineData(1, 60)]
    [InlineData(8, 30)]
    [InlineData(64, 8)]
    public async Task Embed_RandomCallsAndCancels_LosesAndMixesUpNothing(int concurrency, int callsEach)
    {
        await using var service = await EmbeddingFixture.StartAsync(("Embedding:Cache:BytesMax", "20000"));
        var client = new EmbeddingService.EmbeddingServiceClient(service.Invoker("embedding"));
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => string.Join(' ', Enumerable.Repeat($"river mill {i}", 1 + (i * 7 % 30))))];
        var alone = EmbeddingFixture.Vectors(await client.EmbedAsync(new EmbedRequest { Inputs = { texts } }));

        async Task<int> CallAsync(int seed)
        {
            var (random, cancelled) = (new Random(seed), 0);
            for (var call = 0; call < callsEach; call++)
            {
                int[] chosen = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(texts.Length))];
                using var cancel = new CancellationTokenSource();
                var request = new EmbedRequest { Inputs = { chosen.Select(i => texts[i]) } };
                using var calling = client.EmbedAsync(request, cancellationToken: cancel.Token);
                if (random.Next(4) == 0) await cancel.CancelAsync();
                if (await ResultAsync(calling.ResponseAsync) is not { } response) cancelled++;
                else AssertSame(chosen.Select(i => alone[i]), EmbeddingFixture.Vectors(response));
            }

            return cancelled;
        }

        var cancelled = await Task.WhenAll(Enumerable.Range(100, concurrency).Select(CallAsync)).DefaultTimeout();

        Assert.True(cancelled.Sum() < concurrency * callsEach);
        Assert.Empty(EmbeddingFixture.Defects(service));
        Assert.Equal(256u, (await client.EmbedAsync(new EmbedRequest { Inputs = { "at the end" } })).Dimension);
    }

    private static async Task<EmbedResponse?> ResultAsync(Task<EmbedResponse> response)
    {
        try
        {
            return await response;
        }
        catch (MillraceException error) when (error.Reason == Reason.Cancelled)
        {
            return null;
        }
    }

    private static void AssertSame(IEnumerable<float[]> expected, float[][] actual)
    {
        foreach (var (one, other) in expected.Zip(actual)) Assert.True(EmbeddingFixture.Cosine(one, other) > 0.9999f);
    }
}
