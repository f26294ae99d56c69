using System.Net;
using Millrace.ApiKeys;
using Millrace.Edge.Keys;
using Millrace.TestShared;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Edge.Tests.Keys;

public sealed class KeyReloadTests
{
    [Fact]
    public async Task RevokedKey_IsRefusedAfterOnePollInterval()
    {
        var time = new ManualTimeProvider();
        await using var edge = await KeyedEdge.StartAsync(time);
        var (key, text) = edge.Add(new KeyDraft { Name = "app" });
        await time.AdvanceWhenTimedAsync(TimeSpan.FromMilliseconds(250));
        Assert.Equal(HttpStatusCode.OK, await EventuallyAsync(edge, text, HttpStatusCode.OK));

        edge.Store.Change(keys => [.. keys.Select(other => other.Id == key.Id ? other with { Disabled = true } : other)]);
        time.Advance(TimeSpan.FromMilliseconds(500));

        Assert.Equal(HttpStatusCode.Unauthorized, await EventuallyAsync(edge, text, HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task File_ThatIsDamagedOrRemoved_OpensNothing()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var text = edge.AddKnown(new KeyDraft { Name = "app" });
        var ring = edge.Edge.Services.GetRequiredService<KeyRing>();

        await File.WriteAllTextAsync(edge.Store.Path, "{ not json");
        Assert.False(ring.Refresh(force: true));
        using var kept = await edge.SendAsync(text);
        File.Delete(edge.Store.Path);
        ring.Refresh(force: true);
        using var gone = await edge.SendAsync(text);
        using var without = await edge.Edge.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, gone.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
    }

    [Fact]
    public async Task FirstKey_MadeWhileTheEdgeRunsWithoutAny_ClosesTheDoor()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await FakeGateway.StartAsync();
        await using var edge = await EdgeFixture.StartEdgeAsync(gateway.Address, ("MILLRACE_DATA_DIR", folder.Path));
        using var open = await edge.Http.GetAsync("/v1/models").DefaultTimeout();

        var (key, _) = new KeyDraft { Name = "first" }.Create(TimeProvider.System.GetUtcNow());
        new FileKeyStore(folder.File("edge/keys.json")).Change(_ => [key]);
        edge.Services.GetRequiredService<KeyRing>().Refresh(force: true);
        using var closed = await edge.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, closed.StatusCode);
    }

    // The watcher's loop runs on its own thread, so that the answer may still be the one of a moment before.
    private static async Task<HttpStatusCode> EventuallyAsync(KeyedEdge edge, string key, HttpStatusCode wanted)
    {
        for (var i = 0; i < 200; i++)
        {
            using var response = await edge.SendAsync(key);
            if (response.StatusCode == wanted) break;
        }

        using var last = await edge.SendAsync(key);
        return last.StatusCode;
    }
}
