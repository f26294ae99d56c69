using Millrace.Gateway.Explaining;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>What a request does inside its frame.</summary>
/// <param name="Request">What it asks for.</param>
/// <param name="IdPrefix">How ids of its answers begin, such as <c>chatcmpl-</c>.</param>
/// <param name="PlanAsync">Decides how it is answered.</param>
/// <param name="AnswerAsync">Answers it.</param>
internal sealed record FramedRequest(
    ChatRequest Request,
    string IdPrefix,
    Func<CancellationToken, Task<ChatPlan>> PlanAsync,
    Func<ChatRun, CancellationToken, Task<ChatCompleted>> AnswerAsync);

/// <summary>
/// What every request to a model has around its own way: its deadline, its span, the id of its answer, and the explanation of how it went,
/// also when it failed.
/// </summary>
public sealed class RequestFrame(ChatPlanner planner, Explanations explanations, TimeProvider time, GatewayTelemetry telemetry)
{
    private const string RequestPrefix = "req_";

    /// <summary>Plans and answers a request.</summary>
    /// <param name="framed">The request.</param>
    /// <param name="sink">Takes the end of the answer.</param>
    /// <param name="cancellationToken">Stops everything, down to the engine.</param>
    internal async Task RunAsync(FramedRequest framed, IChatSink sink, CancellationToken cancellationToken)
    {
        var request = framed.Request;
        using var activity = telemetry.StartRequest(request);
        var timeline = new RunTimeline(time, request.ArrivedAt ?? time.GetTimestamp());
        using var deadline = new RequestDeadline(planner.RequestTimeout, time, timeline, cancellationToken);
        CallContext.Current = CallContext.Current with { Deadline = deadline.At, IsBatch = request.IsBatch };
        var run = new ChatRun
        {
            Id = AnswerId(framed.IdPrefix),
            CreatedAt = request.Journal?.CreatedAt ?? time.GetUtcNow(),
            Plan = await deadline.HoldAsync(framed.PlanAsync(deadline.Token)),
            Timeline = timeline,
            Activity = activity,
        };
        run.Decide("plan", run.Plan.Model.Name, PlanFacts.Of(run.Plan));
        if (run.Plan.InsteadOf is not null) run.Degrade(DegradedModes.Fallback);
        MillraceException? failure = null;
        try
        {
            await sink.WriteAsync(await deadline.HoldAsync(framed.AnswerAsync(run, deadline.Token)), cancellationToken);
        }
        catch (Exception error)
        {
            failure = Failure(error, cancellationToken);
            throw;
        }
        finally
        {
            telemetry.EndRequest(run);
            explanations.Keep(run, failure);
        }
    }

    private static MillraceException Failure(Exception error, CancellationToken cancellationToken) => error switch
    {
        _ when cancellationToken.IsCancellationRequested => new MillraceException(Reason.Cancelled, "The client left.", error),
        MillraceException refusal => refusal,
        _ => new MillraceException(Reason.Internal, "A defect.", error),
    };

    // A retried request keeps its id, and with it the ids of all that it makes.
    private static string AnswerId(string prefix)
    {
        var id = CallContext.Current.RequestId;
        return prefix + (id.StartsWith(RequestPrefix, StringComparison.Ordinal) ? id[RequestPrefix.Length..] : id);
    }
}
