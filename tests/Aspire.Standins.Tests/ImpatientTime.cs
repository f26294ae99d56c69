using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Aspire.Standins.Tests;

/// <summary>A clock on which every wait lasts a hundredth of what was asked.</summary>
internal sealed class ImpatientTime : TimeProvider
{
    private const int Speed = 100;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Speed : dueTime, period);
}

internal static class TimeServices
{
    public static void AddSingletonTime(this IServiceCollection services, TimeProvider time) => services.AddSingleton(time);
}
