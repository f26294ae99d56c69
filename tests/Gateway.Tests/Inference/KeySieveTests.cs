using Millrace.Gateway.Inference;

namespace Millrace.Gateway.Tests.Inference;

public sealed class KeySieveTests
{
    [Fact]
    public void MayHold_KeysOfAFullSet_PassesThemAllAndFewOthers()
    {
        var random = new Random(5);
        var sieve = new KeySieve(4096);
        ulong[] keys = [.. Enumerable.Range(0, 4096).Select(_ => (ulong)random.NextInt64())];
        foreach (var key in keys) sieve.Add(key);

        Assert.All(keys, key => Assert.True(sieve.MayHold(key)));
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => sieve.MayHold((ulong)random.NextInt64())), 0, 800);
    }

    [Fact]
    public void Clear_AfterAdd_HoldsNothing()
    {
        var sieve = new KeySieve(64);
        sieve.Add(ulong.MaxValue);

        sieve.Clear();

        Assert.False(sieve.MayHold(ulong.MaxValue));
    }
}
