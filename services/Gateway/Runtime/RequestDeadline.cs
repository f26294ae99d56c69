using System.Globalization;
using Millrace.Gateway.Explaining;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>
/// When a request must have ended: by the operator's limit, or earlier by the caller's own. Calls of other services carry it, so that
/// nobody works for who no longer waits; when it passes, the error names what took the time.
/// </summary>
internal sealed class RequestDeadline : IDisposable
{
    // Their spans are open side by side until the answer ends, whoever of them it waits for.
    private static readonly HashSet<string> Streams = ["generate", "guard_output", "cite"];

    private readonly TimeSpan _allowed;
    private readonly TimeProvider _time;
    private readonly RunTimeline _timeline;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    /// <summary>Starts the time of a request that begins now.</summary>
    /// <param name="limit">The longest that it may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="timeline">Where its time goes.</param>
    /// <param name="cancellationToken">Cancels when the caller leaves.</param>
    public RequestDeadline(TimeSpan limit, TimeProvider time, RunTimeline timeline, CancellationToken cancellationToken)
    {
        (_time, _timeline, _caller) = (time, timeline, cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var own = CallContext.Current.Deadline is { } caller ? caller - now : limit;
        _allowed = own < limit ? own : limit;
        At = now + _allowed;
        _timer = new CancellationTokenSource(_allowed > TimeSpan.Zero ? _allowed : TimeSpan.Zero, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
    }

    /// <summary>The moment, in UTC.</summary>
    public DateTime At { get; }

    /// <summary>Cancels when the time is over or the caller leaves.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Does a part of the request.</summary>
    /// <exception cref="MillraceException">The time was over (deadline_exceeded).</exception>
    public async Task<T> HoldAsync<T>(Task<T> part)
    {
        try
        {
            return await part;
        }
        catch (Exception error) when (Explains(error))
        {
            throw Refusal(error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }

    // A service that keeps to the deadline may notice it a moment before the timer here does.
    private bool Explains(Exception error) =>
        !_caller.IsCancellationRequested
        && (_timer.IsCancellationRequested || _time.GetUtcNow().UtcDateTime >= At)
        && error is OperationCanceledException or MillraceException
        {
            Reason: Reason.Cancelled or Reason.DeadlineExceeded or Reason.UpstreamUnavailable,
        };

    private MillraceException Refusal(Exception error)
    {
        var (step, took) = Slowest();
        return new MillraceException(
            Reason.DeadlineExceeded,
            $"The request did not end within {Seconds(_allowed)} s: {step} took {Seconds(took)} s of it. "
                + "Ask for less, or allow more time.",
            error);
    }

    private (string Step, TimeSpan Took) Slowest()
    {
        var slowest = _timeline.Steps.Where(step => !Streams.Contains(step.Step)).MaxBy(step => step.Duration);
        if (_timeline.Model > TimeSpan.Zero && _timeline.Model >= (slowest?.Duration ?? TimeSpan.Zero))
            return ("the model ('generate')", _timeline.Model);
        return slowest is null ? ("the choice of a model ('plan')", _timeline.Elapsed) : ($"the step '{slowest.Step}'", slowest.Duration);
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
