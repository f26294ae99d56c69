using Microsoft.Extensions.Options;
using Millrace.Gateway.Explaining;

namespace Millrace.Gateway.Tests.Explaining;

public sealed class ExplanationStoreTests
{
    [Fact]
    public void Keep_MoreThanMayBe_TheOldestGoes()
    {
        var store = Store(countMax: 2, bytesMax: 1000);
        foreach (var id in new[] { "a", "b", "c" }) store.Keep("t", id, new byte[10]);

        Assert.Equal([false, true, true], Found(store, "a", "b", "c"));
    }

    [Fact]
    public void Keep_MoreBytesThanMayBe_TheOldestGo()
    {
        var store = Store(countMax: 10, bytesMax: 100);
        foreach (var id in new[] { "a", "b", "c" }) store.Keep("t", id, new byte[40]);
        store.Keep("t", "huge", new byte[101]);

        Assert.Equal([false, false, false, false], Found(store, "a", "b", "c", "huge"));
        store.Keep("t", "d", new byte[100]);
        Assert.Equal([true], Found(store, "d"));
    }

    [Fact]
    public void Keep_SameRequestAgain_CountsOnce()
    {
        var store = Store(countMax: 2, bytesMax: 1000);
        store.Keep("t", "a", new byte[] { 1 });
        store.Keep("t", "b", new byte[] { 1 });
        store.Keep("t", "a", new byte[] { 2 });

        Assert.True(store.TryFind("t", "a", out var json));
        Assert.Equal([2], json.Value.ToArray());
        Assert.Equal([true], Found(store, "b"));
    }

    [Fact]
    public void TryFind_AnotherTenants_IsNotThere()
    {
        var store = Store(countMax: 2, bytesMax: 1000);
        store.Keep("mine", "a", new byte[] { 1 });

        Assert.False(store.TryFind("theirs", "a", out _));
    }

    private static ExplanationStore Store(int countMax, long bytesMax) =>
        new(Options.Create(new GatewayOptions { ExplanationsMax = countMax, ExplanationBytesMax = bytesMax }));

    private static IEnumerable<bool> Found(ExplanationStore store, params string[] ids) => ids.Select(id => store.TryFind("t", id, out _));
}
