using Grpc.Core;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Guardrails.Checks;
using Millrace.ServiceDefaults.Errors;
using MessageCase = Millrace.Contracts.Guardrails.V1.FilterOutputRequest.MessageOneofCase;

namespace Millrace.Guardrails.Grpc;

/// <summary>
/// The order of messages in a filtered stream: <c>start</c>, then <c>delta</c> each answered by one <c>text</c>, then <c>end</c>
/// answered by the rest, if any, and <c>finished</c>. <c>blocked</c> may take the place of any answer and is the last one.
/// </summary>
internal static class FilterOutputStream
{
    public static async Task<OutputFilter> RunAsync(
        Guard guard,
        IAsyncStreamReader<FilterOutputRequest> requests,
        IServerStreamWriter<FilterOutputResponse> responses,
        CancellationToken cancellationToken)
    {
        var first = await NextAsync(requests, cancellationToken);
        if (first.MessageCase != MessageCase.Start) throw OutOfOrder($"The first message must be `start`, not `{NameOf(first)}`.");

        var filter = guard.FilterOutput(first.Start.ToContext());
        while (await NextAsync(requests, cancellationToken) is { MessageCase: not MessageCase.End } message)
        {
            if (message.MessageCase != MessageCase.Delta)
                throw OutOfOrder($"After `start` come `delta` and `end`, not `{NameOf(message)}`.");
            var text = filter.Push(message.Delta);
            await responses.WriteAsync(filter.IsBlocked ? Blocked(filter) : Text(text), cancellationToken);
            if (filter.IsBlocked) return filter;
        }

        await FinishAsync(filter, responses, cancellationToken);
        return filter;
    }

    private static async Task FinishAsync(
        OutputFilter filter, IServerStreamWriter<FilterOutputResponse> responses, CancellationToken cancellationToken)
    {
        var rest = filter.End();
        if (rest.Length > 0) await responses.WriteAsync(Text(rest), cancellationToken);
        await responses.WriteAsync(filter.IsBlocked ? Blocked(filter) : Finished(filter), cancellationToken);
    }

    private static async Task<FilterOutputRequest> NextAsync(
        IAsyncStreamReader<FilterOutputRequest> requests, CancellationToken cancellationToken) =>
        await requests.MoveNext(cancellationToken)
            ? requests.Current
            : throw OutOfOrder("The stream stopped before `end`. Send `end` as the last message.");

    private static FilterOutputResponse Text(string text) => new() { Text = text };

    private static FilterOutputResponse Blocked(OutputFilter filter)
    {
        var blocked = new FilterBlocked();
        blocked.Findings.AddRange(filter.Findings.ToWire());
        return new FilterOutputResponse { Blocked = blocked };
    }

    private static FilterOutputResponse Finished(OutputFilter filter)
    {
        var finished = new FilterFinished { Action = filter.Action.ToWire(), PolicyVersion = filter.PolicyVersion };
        finished.Findings.AddRange(filter.Findings.ToWire());
        return new FilterOutputResponse { Finished = finished };
    }

    // The reason is one that has INVALID_ARGUMENT elsewhere; the contract gives messages out of order a status of their own.
    private static RpcException OutOfOrder(string message)
    {
        var refusal = new MillraceException(Reason.InvalidArgument, message).ToRpcException();
        return new RpcException(new Status(StatusCode.FailedPrecondition, message), refusal.Trailers);
    }

    private static string NameOf(FilterOutputRequest message) =>
        message.MessageCase == MessageCase.None ? "nothing" : message.MessageCase.ToString().ToLowerInvariant();
}
