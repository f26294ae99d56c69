using Grpc.Core;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Guarding;

/// <summary>One choice on its way through a filter: each piece is sent, and what may be shown comes back.</summary>
internal sealed class FilteredChoice(
    Func<AsyncDuplexStreamingCall<FilterOutputRequest, FilterOutputResponse>> open,
    ChatRun run,
    GatewayOptions options,
    TimeProvider time,
    CancellationToken cancellationToken) : IDisposable
{
    private readonly ReleasedText _released = new();
    private AsyncDuplexStreamingCall<FilterOutputRequest, FilterOutputResponse>? _call;
    private bool _started;
    private bool _bypassed;

    /// <summary>Whether the text is JSON.</summary>
    public bool IsJson { get; init; }

    public bool IsBlocked { get; private set; }

    public async Task<IReadOnlyList<ChatEvent>> PushAsync(ChatDelta delta)
    {
        if (IsBlocked) return [];
        if (_bypassed) return [delta];
        _released.Sent(delta.Text, delta.Logprobs);
        return await ExchangeAsync(new FilterOutputRequest { Delta = delta.Text }, delta.Choice);
    }

    public async Task<IReadOnlyList<ChatEvent>> FinishAsync(ChatFinished finished)
    {
        if (IsBlocked) return [];
        if (_bypassed) return [finished];
        var events = await ExchangeAsync(new FilterOutputRequest { End = new FilterEnd() }, finished.Choice);
        return IsBlocked ? events : [.. events, finished];
    }

    public void Dispose() => _call?.Dispose();

    private async Task<IReadOnlyList<ChatEvent>> ExchangeAsync(FilterOutputRequest message, int choice)
    {
        try
        {
            await SendAsync(message);
            return message.MessageCase == FilterOutputRequest.MessageOneofCase.End
                ? await ReceiveRestAsync(choice)
                : Take(await ReceiveAsync(), choice);
        }
        catch (MillraceException error) when (GuardFailure.MayIgnore(error, options, run))
        {
            _bypassed = true;
            return [new ChatDelta(choice, _released.HeldBack())];
        }
    }

    private async Task SendAsync(FilterOutputRequest message)
    {
        var requests = (_call ??= open()).RequestStream;
        try
        {
            if (!_started) await requests.WriteAsync(Start(), cancellationToken);
            _started = true;
            await requests.WriteAsync(message, cancellationToken);
            if (message.MessageCase == FilterOutputRequest.MessageOneofCase.End) await requests.CompleteAsync();
        }
        catch (Exception error) when (
            error is RpcException or IOException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            // A stream that ended can say only on its reading side why.
            await ReceiveAsync();
        }
    }

    private FilterOutputRequest Start() => new()
    {
        Start = new FilterStart
        {
            Policy = run.Plan.GuardPolicy,
            Json = IsJson,
            Tenant = CallContext.Current.Tenant,
            Pseudonyms = run.Guard.Pseudonyms,
            ProtectedTexts = { ProtectedTexts.Of(run.Plan) },
            Canary = run.Guard.Canary,
        },
    };

    private async Task<FilterOutputResponse> ReceiveAsync()
    {
        var responses = (_call ??= open()).ResponseStream;
        try
        {
            if (await responses.MoveNext(cancellationToken).WaitAsync(options.GuardTimeout, time, cancellationToken))
                return responses.Current;
            throw new MillraceException(
                Reason.UpstreamUnavailable, "The guardrails service ended the check too early. Try again in a moment.");
        }
        catch (TimeoutException error)
        {
            throw new MillraceException(
                Reason.UpstreamUnavailable, "The guardrails service did not answer in time. Try again in a moment.", error);
        }
    }

    private async Task<IReadOnlyList<ChatEvent>> ReceiveRestAsync(int choice)
    {
        List<ChatEvent> events = [];
        while (true)
        {
            var response = await ReceiveAsync();
            events.AddRange(Take(response, choice));
            if (response.MessageCase != FilterOutputResponse.MessageOneofCase.Text) return events;
        }
    }

    private IReadOnlyList<ChatEvent> Take(FilterOutputResponse response, int choice)
    {
        switch (response.MessageCase)
        {
            case FilterOutputResponse.MessageOneofCase.Blocked:
                IsBlocked = true;
                run.Decide("guard_output", "block", GuardFacts.Of(run.Plan.GuardPolicy, response.Blocked.Findings));
                return [new ChatFinished(choice, ChatFinishReason.ContentFilter, [])];
            case FilterOutputResponse.MessageOneofCase.Text:
                var logprobs = _released.Received(response.Text);
                return response.Text.Length == 0 && logprobs.Count == 0 ? [] : [new ChatDelta(choice, response.Text, logprobs)];
            case FilterOutputResponse.MessageOneofCase.Finished:
                run.Decide(
                    "guard_output",
                    GuardFacts.NameOf(response.Finished.Action),
                    GuardFacts.Of(run.Plan.GuardPolicy, response.Finished.Findings));
                return [];
            default:
                return [];
        }
    }
}
