using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Embedding.Caching;
using Millrace.Embedding.Engine;
using Millrace.LlamaCpp;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Caching;

/// <summary>Several callers of one text; the engine's part is played by hand.</summary>
public sealed class VectorSourceTests : IDisposable
{
    private static readonly VectorKey Key = new KeyScope("t", "m", "Mean", "").KeyOf("mill");
    private static readonly ReadText Text = new([new LlamaToken(1), new LlamaToken(2)], IsCut: false);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly VectorCache _cache;
    private readonly VectorSource _source;

    public VectorSourceTests()
    {
        _cache = new VectorCache(
            new CacheOptions(), new EncoderMetrics(_services.GetRequiredService<IMeterFactory>()), new ManualTimeProvider());
        _source = new VectorSource(_cache);
    }

    [Fact]
    public async Task Want_FirstCallerLeaves_OthersStillGetTheVector()
    {
        var first = _source.Want(Key, Text);
        var second = _source.Want(Key, Text);

        first.Job!.Leave();
        Assert.False(second.Job!.IsOver);
        second.Job.Result.SetResult([3, 4]);

        var vector = await second.Vector.DefaultTimeout();
        Assert.Equal((true, false), (first.IsNew, second.IsNew));
        Assert.Equal([0.6f, 0.8f], vector.Vector);
        Assert.Equal(2, vector.TokenCount);
    }

    [Fact]
    public async Task Want_AllCallersLeft_IsComputedAnewForTheNext()
    {
        var (first, second) = (_source.Want(Key, Text), _source.Want(Key, Text));
        first.Job!.Leave();
        second.Job!.Leave();

        var third = _source.Want(Key, Text);
        third.Job!.Result.SetResult([1, 0]);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Vector.DefaultTimeout());
        Assert.Equal((true, true, 1f), (first.Job.IsOver, third.IsNew, (await third.Vector.DefaultTimeout()).Vector[0]));
    }

    [Fact]
    public async Task Want_EngineFails_TellsEveryCallerAndKeepsNothing()
    {
        var (first, second) = (_source.Want(Key, Text), _source.Want(Key, Text));

        first.Job!.Result.SetException(new InvalidOperationException("The engine has stopped."));

        foreach (var caller in new[] { first, second })
            await Assert.ThrowsAsync<InvalidOperationException>(() => caller.Vector.DefaultTimeout());
        Assert.Equal(0, _cache.Bytes);
        Assert.True(_source.Want(Key, Text).IsNew);
    }

    [Fact]
    public async Task Want_AfterItWasComputed_IsKept()
    {
        var first = _source.Want(Key, Text);
        first.Job!.Result.SetResult([0, 0]);
        var vector = await first.Vector.DefaultTimeout();

        var again = _source.Want(Key, Text);

        Assert.Null(again.Job);
        Assert.Same(vector, await again.Vector.DefaultTimeout());
    }

    public void Dispose() => _services.Dispose();
}
