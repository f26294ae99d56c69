using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>
/// Asks each member for its state, often while requests run and now and then while none does. A member has one question open at a time, and
/// a slow one holds up no other.
/// </summary>
internal sealed class PoolWatcher(
    PoolMembers members, IOptions<PoolOptions> options, TimeProvider time, ILogger<PoolWatcher> logger) : BackgroundService
{
    private readonly PoolOptions _options = options.Value;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(members.All.Select(member => WatchAsync(member, stoppingToken)));

    private async Task WatchAsync(PoolMember member, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.PoolStatusInterval, time);
        try
        {
            do
            {
                var askedAt = time.GetTimestamp();
                await AskAsync(member, askedAt, stoppingToken);
                await WaitAsync(timer, askedAt, stoppingToken);
            }
            while (!stoppingToken.IsCancellationRequested);
        }
        catch (Exception error) when (stoppingToken.IsCancellationRequested && error is OperationCanceledException or MillraceException)
        {
            // The Gateway stops, and with it a question that was still open.
        }
    }

    private async Task WaitAsync(PeriodicTimer timer, long askedAt, CancellationToken stoppingToken)
    {
        do await timer.WaitForNextTickAsync(stoppingToken);
        while (IsIdle() && time.GetElapsedTime(askedAt) < _options.PoolIdleInterval);
    }

    private bool IsIdle()
    {
        foreach (var member in members.All)
            if (member.InFlight > 0) return false;
        return true;
    }

    private async Task AskAsync(PoolMember member, long askedAt, CancellationToken stoppingToken)
    {
        using var timeout = new CancellationTokenSource(_options.PoolStatusTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stoppingToken);
        var inFlight = member.InFlight;
        try
        {
            var status = await member.Client.GetStatusAsync(new GetStatusRequest(), cancellationToken: either.Token);
            if (member.Report(status, askedAt, Math.Max(inFlight, member.InFlight))) PoolLog.MemberBack(logger, member.Name);
        }
        catch (Exception error) when (error is MillraceException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
        {
            if (IsAnswer(error) && member.Reached()) PoolLog.MemberBack(logger, member.Name);
            if (!IsAnswer(error) && member.Lost()) PoolLog.MemberLost(logger, member.Name);
        }
    }

    // Whoever refuses the question is there: an older release, say, that does not know it.
    private static bool IsAnswer(Exception error) => error is MillraceException
    {
        Reason: not (Reason.UpstreamUnavailable or Reason.DeadlineExceeded or Reason.Cancelled),
    };
}
