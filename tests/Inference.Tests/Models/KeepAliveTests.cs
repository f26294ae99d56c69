using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Models;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models;

/// <summary>Models that leave, by the clock or with the member, while others want them.</summary>
public sealed class KeepAliveTests
{
    private static readonly (string, string) FiveMinutes = ("Inference:Models:a:KeepAlive", "00:05:00");

    [Fact]
    public async Task KeepAlive_TimerThatIsEarly_UnloadsAllTheSame()
    {
        var time = new ManualTimeProvider();
        await using var member = await ModelsMember.StartAsync(["a"], new EarlyTimers(time), FiveMinutes);
        await member.CountAsync("a");
        await LeftAsync(member, "a");

        time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromMilliseconds(10));

        await member.UntilAsync("a", ModelState.Available);
    }

    [Fact]
    public async Task KeepAlive_NewLeaseInTheMomentTheTimerFires_KeepsTheModel()
    {
        var time = new ManualTimeProvider();
        await using var member = await ModelsMember.StartAsync(["a"], time, FiveMinutes);
        var host = member.Services.GetRequiredService<ModelHost>();
        (await host.LeaseAsync("a", CancellationToken.None)).Dispose();

        for (var round = 0; round < 50; round++)
        {
            // One takes the model while another thread lets the timer fire: whoever wins, the lease's model generates.
            var firing = Task.Run(() => time.Advance(TimeSpan.FromMinutes(5)));
            using var lease = await host.LeaseAsync("a", CancellationToken.None).DefaultTimeout();
            await firing.DefaultTimeout();
            time.Advance(TimeSpan.FromHours(1));
            Assert.Same(lease.Model, host.Find("a")?.Model);
            Assert.False(lease.Model.Engine.IsBroken);
        }
    }

    [Fact]
    public async Task Dispose_WhileALoadIsWaitedFor_TellsTheWaiterThatTheMemberStops()
    {
        await using var member = await ModelsMember.StartAsync(["a"]);
        var host = member.Services.GetRequiredService<ModelHost>();
        var waiting = Enumerable.Range(0, 8).Select(_ => host.LeaseAsync("a", CancellationToken.None)).ToList();

        await host.DisposeAsync().AsTask().DefaultTimeout();

        foreach (var one in waiting)
        {
            // A load that had ended before is a lease; its model is gone all the same.
            var error = await Record.ExceptionAsync(() => one.DefaultTimeout());
            if (error is not null) Assert.Equal(Reason.Draining, Assert.IsType<MillraceException>(error).Reason);
        }

        Assert.Empty(host.Loaded);
        Assert.Equal(0, host.MemoryBytes);
    }

    [Fact]
    public async Task Use_EvictedAndWantedInTurns_IsNeverRefusedAndNeverTwoAtOnce()
    {
        await using var member = await ModelsMember.StartAsync(["a", "b"], settings: ("Inference:ModelsLoadedMax", "1"));
        var host = member.Services.GetRequiredService<ModelHost>();
        var refused = 0;
        var served = await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            var count = 0;
            for (var i = 0; i < 15; i++)
            {
                try
                {
                    using var lease = await host.LeaseAsync((worker + i) % 2 == 0 ? "a" : "b", CancellationToken.None);
                    Assert.Single(host.Loaded);
                    Assert.NotEmpty(lease.Model.Tokenizer.Tokenize("text", addSpecial: false, parseSpecial: false));
                    count++;
                }
                catch (MillraceException error) when (error.Reason == Reason.ModelUnavailable)
                {
                    Assert.NotNull(error.RetryAfter);
                    Interlocked.Increment(ref refused);
                }
            }

            return count;
        })).DefaultTimeout();

        Assert.Equal(60, served.Sum() + refused);
        Assert.True(served.Sum() > 0);
    }

    [Fact]
    public async Task Load_FileVanishesMeanwhile_IsNotFoundAndNoDefect()
    {
        await using var member = await ModelsMember.StartAsync(["a"]);
        await member.CountAsync("a");
        File.Delete(member.Folder.File("a.gguf"));

        var refusal = await ModelsMember.RefusedAsync(() => member.LoadAsync("a"));

        Assert.Equal(Reason.ModelNotFound, refusal.Reason);
        await member.CountAsync("a");
    }

    /// <summary>The call that used a model has answered; that it has left as well takes a moment more.</summary>
    private static async Task LeftAsync(ModelsMember member, string model)
    {
        var host = member.Services.GetRequiredService<ModelHost>();
        var stay = await host.WantAsync(model, pin: false, CancellationToken.None);
        stay.Dispose();
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        while (!stay.Slot.IsEvictable)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Timers that fire a little before they are due.</summary>
    private sealed class EarlyTimers(ManualTimeProvider time) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime > TimeSpan.FromSeconds(1) ? dueTime - TimeSpan.FromMilliseconds(1) : dueTime, period);
    }
}
