using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models;

public sealed class LoadRetryTests
{
    [Fact]
    public async Task Use_LoadFailedAMomentAgo_TellsTheReasonWithoutTryingUntilTheDelayIsOver()
    {
        var time = new ManualTimeProvider();
        await using var member = await ModelsMember.StartAsync([], time);
        member.Put("foreign.gguf", Foreign());

        var first = await ModelsMember.RefusedAsync(() => member.CountAsync("foreign"));
        time.Advance(TimeSpan.FromSeconds(2));
        var second = await ModelsMember.RefusedAsync(() => member.CountAsync("foreign"));
        time.Advance(TimeSpan.FromSeconds(4));
        var third = await ModelsMember.RefusedAsync(() => member.CountAsync("foreign"));

        Assert.Null(first.RetryAfter);
        Assert.Equal((Reason.ModelUnavailable, first.Message), (second.Reason, second.Message));
        Assert.Equal(TimeSpan.FromSeconds(3), second.RetryAfter);
        Assert.Null(third.RetryAfter);
    }

    [Fact]
    public async Task Use_FileChangedSinceItsLoadFailed_IsTriedAtOnce()
    {
        await using var member = await ModelsMember.StartAsync([], new ManualTimeProvider());
        member.Put("foreign.gguf", Foreign());
        await ModelsMember.RefusedAsync(() => member.CountAsync("foreign"));

        member.Put("foreign.gguf", ModelsMember.BuiltInBytes);

        await member.CountAsync("foreign");
        Assert.Contains("foreign", await member.InMemoryAsync());
    }

    private static byte[] Foreign()
    {
        byte[] bytes = [.. ModelsMember.BuiltInBytes];
        "lxama"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("llama"u8)));
        return bytes;
    }
}
