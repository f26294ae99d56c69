using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Embedding.Caching;
using Millrace.Embedding.Engine;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Caching;

public sealed class VectorCacheTests : IDisposable
{
    private const int EntryBytes = 256 + 240;

    private readonly ManualTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [Fact]
    public void Find_AfterItsTime_IsGone()
    {
        var cache = NewCache(new CacheOptions { TimeToLive = TimeSpan.FromMinutes(2) });
        cache.Keep(Key("a"), Vector(1));

        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.NotNull(cache.Find(Key("a")));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(cache.Find(Key("a")));
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public void Keep_BeyondTheLimit_ForgetsTheLeastRecentlyUsed()
    {
        var cache = NewCache(new CacheOptions { BytesMax = 3 * EntryBytes });
        foreach (var text in new[] { "a", "b", "c" }) cache.Keep(Key(text), Vector(1));
        cache.Find(Key("a"));

        cache.Keep(Key("d"), Vector(1));

        Assert.Equal([true, false, true, true], new[] { "a", "b", "c", "d" }.Select(text => cache.Find(Key(text)) is not null));
        Assert.Equal(3 * EntryBytes, cache.Bytes);
    }

    [Fact]
    public void Keep_SameKeyAgain_CountsOnceAndIsTheNewOne()
    {
        var cache = NewCache(new CacheOptions());
        cache.Keep(Key("a"), Vector(1));
        cache.Keep(Key("a"), Vector(2));

        Assert.Equal(2, cache.Find(Key("a"))?.Vector[0]);
        Assert.Equal(EntryBytes, cache.Bytes);
    }

    [Fact]
    public void Keep_WithoutMemory_KeepsNothing()
    {
        var cache = NewCache(new CacheOptions { BytesMax = 0 });
        cache.Keep(Key("a"), Vector(1));

        Assert.Null(cache.Find(Key("a")));
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public async Task FindAndKeep_ByManyThreads_StayWithinTheLimit()
    {
        var cache = NewCache(new CacheOptions { BytesMax = 20 * EntryBytes });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 5000; i++)
            {
                var number = random.Next(60);
                var found = cache.Find(Key($"{number}"));
                if (found is not null) Assert.Equal(number, found.Vector[0]);
                else cache.Keep(Key($"{number}"), Vector(number));
            }
        }))).DefaultTimeout();

        Assert.Equal(20 * EntryBytes, cache.Bytes);
    }

    [Fact]
    public void KeyOf_AnyPartDiffers_IsAnother()
    {
        VectorKey[] keys =
        [
            Key("a"), Key("b"), Key(""), new KeyScope("t", "m", "Mean", "a").KeyOf("a"), new KeyScope("t", "m", "Cls", "").KeyOf("a"),
            new KeyScope("t", "m2", "Mean", "").KeyOf("a"), new KeyScope("u", "m", "Mean", "").KeyOf("a"),
            new KeyScope("t", "m", "Mean", "a").KeyOf(""), new KeyScope("tm", "", "Mean", "").KeyOf("a"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(Key("a"), Key("a"));
    }

    public void Dispose() => _services.Dispose();

    private static VectorKey Key(string text) => new KeyScope("t", "m", "Mean", "").KeyOf(text);

    private static TextVector Vector(float first)
    {
        var vector = new float[64];
        vector[0] = first;
        return new TextVector(vector, 3, IsCut: false);
    }

    private VectorCache NewCache(CacheOptions options) =>
        new(options, new EncoderMetrics(_services.GetRequiredService<IMeterFactory>()), _time);
}
