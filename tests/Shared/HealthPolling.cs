using System.Net;

namespace Millrace.TestShared;

/// <summary>Waits for what <c>/health</c> says.</summary>
public static class HealthPolling
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks <c>/health</c> until it says healthy, at most <see cref="TaskTimeouts.Default"/>.</summary>
    public static async Task UntilHealthyAsync(this ServiceUnderTest service)
    {
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        using var timer = new PeriodicTimer(Interval);
        while (await StatusAsync(service, limit.Token) != HttpStatusCode.OK) await timer.WaitForNextTickAsync(limit.Token);
    }

    private static async Task<HttpStatusCode> StatusAsync(ServiceUnderTest service, CancellationToken cancellationToken)
    {
        using var response = await service.Http.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
        return response.StatusCode;
    }
}
