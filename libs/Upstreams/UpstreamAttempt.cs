using System.Text.Json;
using Millrace.Contracts.Inference.V1;

namespace Millrace.Upstreams;

/// <summary>
/// One exchange with an upstream: the request, and the events that answer it. It watches the time: until the model begins to work there is
/// one limit for all, afterwards one for each pause. While the caller takes its time, no limit runs.
/// </summary>
internal sealed class UpstreamAttempt : IDisposable
{
    private const int EventsMax = 1_000_000;

    private readonly Upstream _upstream;
    private readonly AnswerBuilder _answer;
    private readonly IAnswerDecoder _decoder;
    private readonly CancellationTokenSource _stall;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationToken _cancellationToken;
    private HttpResponseMessage? _response;
    private SseReader? _events;
    private int _eventCount;
    private bool _isTimed = true;

    /// <summary>Begins an attempt; its time runs from now.</summary>
    public UpstreamAttempt(UpstreamModel model, GenerateRequest request, CancellationToken cancellationToken)
    {
        _upstream = model.Upstream;
        _answer = new AnswerBuilder(model.Name, request, _upstream.Parts.Time);
        _decoder = _upstream.Api.Decoder(request, _answer);
        _cancellationToken = cancellationToken;
        _stall = new CancellationTokenSource(_upstream.Options.FirstTokenTimeout, _upstream.Parts.Time);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stall.Token);
    }

    /// <summary>Sends the request.</summary>
    /// <exception cref="UpstreamFailure">It is not answered, or with an error.</exception>
    public async Task SendAsync(UpstreamBody body)
    {
        try
        {
            _response = await _upstream.SendAsync(body, "text/event-stream", _ending.Token);
            if (_response.Content.Headers.ContentType?.MediaType is var type and not "text/event-stream")
                throw _upstream.Errors.Unusable($"answered with '{type ?? "no type"}' in place of an event stream", isTransient: false);
            _events = new SseReader(await _response.Content.ReadAsStreamAsync(_ending.Token));
        }
        catch (Exception error) when (error is not UpstreamFailure)
        {
            throw Translate(error);
        }
    }

    /// <summary>What comes next, valid until it is read on; null when everything was said.</summary>
    /// <exception cref="UpstreamFailure">The stream breaks off, stalls, or is none.</exception>
    public async ValueTask<IReadOnlyList<GenerateResponse>?> ReadAsync()
    {
        if (_answer.IsComplete) return null;
        try
        {
            while (!_answer.HasOutput) await ReadEventAsync();
            if (_answer.HadBadUsage && _answer.IsComplete) UpstreamLog.UsageImplausible(_upstream.Parts.Logger, _upstream.Name);
            return _answer.Take();
        }
        catch (Exception error) when (error is not UpstreamFailure)
        {
            throw Translate(error);
        }
        finally
        {
            Rest();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _response?.Dispose();
        _ending.Dispose();
        _stall.Dispose();
    }

    private async ValueTask ReadEventAsync()
    {
        var events = _events ?? throw new InvalidOperationException("The request was not sent.");
        if (++_eventCount > EventsMax) throw new SseException($"it sent more than {EventsMax} events");
        var read = events.ReadAsync(_ending.Token);
        if (!read.IsCompleted) Watch();
        if (await read is { } next) _decoder.Decode(next);
        else if (_answer.AllFinished) _answer.Complete();
        else throw _upstream.Errors.Unusable("closed its stream before the answer was complete", isTransient: true);
    }

    /// <summary>Limits a pause. What has arrived already needs no limit, and setting one costs more than reading an event.</summary>
    private void Watch()
    {
        if (!_answer.HasProgress) return;
        _stall.CancelAfter(_upstream.Options.IdleTimeout);
        _isTimed = true;
    }

    private void Rest()
    {
        if (!_isTimed || !_answer.HasProgress) return;
        _stall.CancelAfter(Timeout.InfiniteTimeSpan);
        _isTimed = false;
    }

    private Exception Translate(Exception error) => error switch
    {
        _ when _cancellationToken.IsCancellationRequested => new OperationCanceledException(_cancellationToken),
        OperationCanceledException when _stall.IsCancellationRequested => Stalled(),
        UpstreamErrorEvent told => _upstream.Errors.Of(told.Body, null),
        HttpRequestException or IOException or SseException or JsonException or OperationCanceledException =>
            _upstream.Errors.Broken(error),
        _ => error,
    };

    private UpstreamFailure Stalled() => _answer.HasProgress
        ? _upstream.Errors.TimedOut("stopped in the middle of its answer and did not go on", _upstream.Options.IdleTimeout, "IdleTimeout")
        : _upstream.Errors.TimedOut("did not begin to answer", _upstream.Options.FirstTokenTimeout, "FirstTokenTimeout");
}
