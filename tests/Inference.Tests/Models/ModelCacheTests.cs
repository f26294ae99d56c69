using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Models;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models;

/// <summary>Which models are in memory, seen through the member's own calls.</summary>
public sealed class ModelCacheTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task Use_MoreModelsThanMayBeLoaded_PutsOutTheOneUsedLeastLately()
    {
        await using var member = await ModelsMember.StartAsync(["a", "b"], settings: ("Inference:ModelsLoadedMax", "2"));
        await member.CountAsync("a");
        await member.CountAsync(ModelsMember.Default);

        await member.CountAsync("b");

        Assert.Equal(["b", ModelsMember.Default], await member.InMemoryAsync());
    }

    [Fact]
    public async Task Use_MoreMemoryThanThereIs_PutsOutAnotherAndReportsWhatIsUsed()
    {
        await using var member = await ModelsMember.StartAsync(["a"], settings: ("Inference:MemoryBytesMax", $"{200 * MiB}"));

        await member.CountAsync("a");

        Assert.Equal(["a"], await member.InMemoryAsync());
        var status = await member.Client.GetStatusAsync(new GetStatusRequest());
        Assert.Equal((ulong)(200 * MiB), status.MemoryBytesMax);
        Assert.Equal((await member.InfoAsync("a")).MemoryBytes, status.MemoryBytes);
        Assert.InRange(status.MemoryBytes, (ulong)(150 * MiB), (ulong)(200 * MiB));
        Assert.Equal("a", Assert.Single(status.Engines).Model);
    }

    [Fact]
    public async Task Use_OthersAreInUse_IsRefusedWithNumbersAndServedLater()
    {
        await using var member = await ModelsMember.StartAsync(["a"], settings: ("Inference:MemoryBytesMax", $"{200 * MiB}"));
        var running = await member.UseAsync(ModelsMember.Default);

        var refusal = await ModelsMember.RefusedAsync(() => member.CountAsync("a"));
        running.Dispose();
        await UntilServedAsync(member, "a");

        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
        Assert.NotNull(refusal.RetryAfter);
        Assert.Matches(@"needs [\d.]+ MiB: [\d.]+ MiB weights \+ [\d.]+ MiB cache for 16,384 cells \+ ", refusal.Message);
        Assert.Contains("of 200.0 MiB are free", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], await member.InMemoryAsync());
    }

    [Fact]
    public async Task Use_AsManyModelsInUseAsMayBeLoaded_IsRefused()
    {
        await using var member = await ModelsMember.StartAsync(["a"], settings: ("Inference:ModelsLoadedMax", "1"));
        using var running = await member.UseAsync(ModelsMember.Default);

        var refusal = await ModelsMember.RefusedAsync(() => member.CountAsync("a"));

        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
        Assert.Contains("ModelsLoadedMax", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.RetryAfter);
    }

    [Fact]
    public async Task Use_ModelLargerThanAllMemory_IsRefusedBeforeAnythingIsPutOut()
    {
        await using var member = await ModelsMember.StartAsync(
            ["a"],
            settings:
            [
                ("Inference:MemoryBytesMax", $"{200 * MiB}"), ("Inference:Models:a:KvCellsMax", "65536"),
                ("Inference:Models:a:SlotsMax", "64"),
            ]);

        var refusal = await ModelsMember.RefusedAsync(() => member.CountAsync("a"));

        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
        Assert.Null(refusal.RetryAfter);
        Assert.Contains("65,536 cells", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("smaller quantisation, ContextTokens or KvCellsMax", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([ModelsMember.Default], await member.InMemoryAsync());
    }

    [Fact]
    public async Task Load_Pinned_StaysWhenAnotherNeedsTheRoomUntilItIsUnloaded()
    {
        await using var member = await ModelsMember.StartAsync(["a", "b"], settings: ("Inference:ModelsLoadedMax", "1"));

        var messages = await member.LoadAsync("a", pin: true);
        await ModelsMember.RefusedAsync(() => member.CountAsync("b"));
        var pinned = await member.InMemoryAsync();
        await member.UnloadAsync("a");
        await member.CountAsync("b");

        Assert.Equal(ModelState.Loaded, messages[^1].State);
        Assert.All(messages, message => Assert.Equal("a", message.Name));
        Assert.Equal(["a"], pinned);
        Assert.Equal(["b"], await member.InMemoryAsync());
    }

    [Fact]
    public async Task Load_ModelThatIsThere_AnswersWithOneMessage()
    {
        await using var member = await ModelsMember.StartAsync([]);

        var message = Assert.Single(await member.LoadAsync(""));

        Assert.Equal(ModelState.Loaded, message.State);
        Assert.Equal("file", message.ChatTemplate);
    }

    [Fact]
    public async Task Load_UnknownModel_IsNotFound()
    {
        await using var member = await ModelsMember.StartAsync([]);

        Assert.Equal(Reason.ModelNotFound, (await ModelsMember.RefusedAsync(() => member.LoadAsync("nobody"))).Reason);
        Assert.Equal(Reason.ModelNotFound, (await ModelsMember.RefusedAsync(() => member.UnloadAsync("nobody"))).Reason);
    }

    [Fact]
    public async Task Unload_WhileInUse_WaitsForTheLastUserAndRefusesNewOnes()
    {
        await using var member = await ModelsMember.StartAsync([]);
        var running = await member.UseAsync(ModelsMember.Default);

        var unloading = member.UnloadAsync(ModelsMember.Default);
        MillraceException? refusal = null;
        while (refusal is null) refusal = (await Record.ExceptionAsync(() => member.CountAsync(""))) as MillraceException;
        var waited = !unloading.IsCompleted;
        running.Dispose();
        await unloading;

        Assert.True(waited);
        Assert.Equal(Reason.ModelUnavailable, refusal.Reason);
        Assert.Equal(ModelState.Available, (await member.InfoAsync(ModelsMember.Default)).State);
        await member.CountAsync("");
    }

    [Fact]
    public async Task KeepAlive_NobodyUsesAModel_IsUnloadedAndComesBack()
    {
        var time = new ManualTimeProvider();
        await using var member = await ModelsMember.StartAsync(["a"], time, ("Inference:Models:a:KeepAlive", "00:05:00"));
        await member.CountAsync("a");

        time.Advance(TimeSpan.FromMinutes(4));
        await member.CountAsync("a");
        time.Advance(TimeSpan.FromMinutes(4));
        var kept = await member.InMemoryAsync();
        time.Advance(TimeSpan.FromMinutes(2));
        await member.UntilAsync("a", ModelState.Available);
        var others = await member.InMemoryAsync();
        await member.CountAsync("a");

        Assert.Contains("a", kept);
        Assert.Equal([ModelsMember.Default], others);
        Assert.Contains("a", await member.InMemoryAsync());
    }

    [Fact]
    public async Task Use_ManyAtOnceOfAModelOnDisk_LoadItOnce()
    {
        await using var member = await ModelsMember.StartAsync(["a"]);
        var host = member.Services.GetRequiredService<ModelHost>();

        var leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => host.LeaseAsync("a", CancellationToken.None))).DefaultTimeout();

        Assert.Single(leases.Select(lease => lease.Model).Distinct());
        foreach (var lease in leases) lease.Dispose();
    }

    [Fact]
    public async Task Use_CallerGivesUp_StopsTheLoadOnlyWhenNobodyElseWaits()
    {
        await using var member = await ModelsMember.StartAsync(["a", "b"], settings: ("Inference:ModelsLoadedMax", "4"));
        var host = member.Services.GetRequiredService<ModelHost>();
        var gone = new CancellationToken(canceled: true);

        var other = host.LeaseAsync("a", CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.LeaseAsync("a", gone));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.LeaseAsync("b", gone));

        using (await other.DefaultTimeout()) Assert.NotNull(host.Find("a")?.Model);
        Assert.False(host.WasLoaded("b"));
        using (await host.LeaseAsync("b", CancellationToken.None).DefaultTimeout()) Assert.True(host.WasLoaded("b"));
    }

    [Fact]
    public async Task Load_CallerGivesUp_GoesOn()
    {
        await using var member = await ModelsMember.StartAsync(["a"]);
        var host = member.Services.GetRequiredService<ModelHost>();

        var stay = await host.WantAsync("a", pin: false, CancellationToken.None);
        var loading = stay.Slot.Loading;
        stay.Dispose();

        Assert.Equal("a", (await loading.DefaultTimeout()).Name);
        Assert.Contains("a", await member.InMemoryAsync());
    }

    private static async Task UntilServedAsync(ModelsMember member, string model)
    {
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        while (await Record.ExceptionAsync(() => member.CountAsync(model)) is MillraceException) limit.Token.ThrowIfCancellationRequested();
    }
}
