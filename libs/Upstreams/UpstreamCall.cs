using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>
/// One generation at an upstream: waits for a place, and tries until something of the answer is there. What was passed on cannot be taken
/// back, so from then on a failure is the caller's to know.
/// </summary>
internal sealed class UpstreamCall(UpstreamModel model, GenerateRequest request, DateTimeOffset endsAt, CancellationToken cancellationToken)
    : IDisposable
{
    private readonly Upstream _upstream = model.Upstream;
    private IDisposable? _place;
    private UpstreamAttempt? _attempt;
    private CircuitPass? _pass;

    /// <summary>What comes next, valid until it is asked again; null when everything was said.</summary>
    /// <exception cref="MillraceException">The upstream cannot answer, or breaks off.</exception>
    public ValueTask<IReadOnlyList<GenerateResponse>?> NextAsync() => _attempt is { } running
        ? GoOnAsync(running)
        : BeginAsync(_upstream.Api.Generate(request, model.RemoteName));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pass is { } pass) _upstream.Breaker.Report(pass, CircuitOutcome.Unknown);
        _attempt?.Dispose();
        _place?.Dispose();
    }

    private async ValueTask<IReadOnlyList<GenerateResponse>?> BeginAsync(UpstreamBody body)
    {
        _place = await _upstream.Gate.EnterAsync(request.FairnessKey, request.Priority == Priority.Batch, cancellationToken);
        MillraceException? last = null;
        for (var retry = 0; ; retry++)
        {
            _pass = _upstream.Breaker.TryEnter(out var closedFor) ?? throw last ?? _upstream.Errors.CircuitOpen(closedFor);
            var attempt = _attempt = new UpstreamAttempt(model, request, cancellationToken);
            try
            {
                await attempt.SendAsync(body);
                var first = await attempt.ReadAsync();
                _upstream.Breaker.Report(_pass, CircuitOutcome.Worked);
                return first;
            }
            catch (UpstreamFailure failure)
            {
                attempt.Dispose();
                _upstream.Breaker.Report(_pass, failure.IsServerFault ? CircuitOutcome.Failed : CircuitOutcome.Worked);
                last = failure.Error;
                await PauseAsync(failure, retry);
            }
        }
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <exception cref="MillraceException">There is to be none.</exception>
    private async Task PauseAsync(UpstreamFailure failure, int retry)
    {
        var error = failure.Error;
        if (!failure.IsTransient || _upstream.Retry.Delay(retry, failure.RetryHint) is not { } delay) throw error;
        if (_upstream.Parts.Time.GetUtcNow() + delay >= endsAt) throw error;
        _upstream.Parts.Telemetry.Retried(_upstream.Name, error.Reason);
        UpstreamLog.UpstreamRetried(_upstream.Parts.Logger, _upstream.Name, error.Reason.Info().Code, retry + 1, delay.TotalMilliseconds);
        await Task.Delay(delay, _upstream.Parts.Time, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<GenerateResponse>?> GoOnAsync(UpstreamAttempt running)
    {
        try
        {
            return await running.ReadAsync();
        }
        catch (UpstreamFailure failure)
        {
            if (failure.IsServerFault && _pass is { } pass) _upstream.Breaker.Report(pass, CircuitOutcome.Failed);
            UpstreamLog.UpstreamBrokeOff(_upstream.Parts.Logger, _upstream.Name, failure.Error.Reason.Info().Code);
            throw failure.Error;
        }
    }
}
