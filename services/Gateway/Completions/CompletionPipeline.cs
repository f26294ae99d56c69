using Millrace.Gateway.Assistants;
using Millrace.Gateway.Explaining;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Completions;

/// <summary>The steps of a text completion: the check of the prompts, their continuation, the check of what comes out.</summary>
public sealed record CompletionSteps(PromptChecks Checks, PromptRunner Runner, OutputGuard OutputGuard);

/// <summary>
/// The way of a text completion through the platform: plan, guard input, generate, guard output. It has no history, no documents and no
/// template; what it has of the chat's way is the chat's own.
/// </summary>
public sealed class CompletionPipeline(
    ChatPlanner planner,
    AssistantCatalog assistants,
    CompletionSteps steps,
    ExplanationStore explanations,
    TimeProvider time,
    GatewayTelemetry telemetry)
{
    private const string RequestPrefix = "req_";

    /// <summary>Continues prompts.</summary>
    /// <param name="request">The prompts.</param>
    /// <param name="sink">Takes the answer. It gets nothing before the first token, so that a failure up to there is told as one.</param>
    /// <param name="cancellationToken">Stops everything, down to the engine.</param>
    public async Task RunAsync(CompletionRequest request, IChatSink sink, CancellationToken cancellationToken)
    {
        using var activity = telemetry.StartRequest(request.Chat);
        var timeline = new RunTimeline(time, request.Chat.ArrivedAt ?? time.GetTimestamp());
        using var deadline = new RequestDeadline(planner.RequestTimeout, time, timeline, cancellationToken);
        CallContext.Current = CallContext.Current with { Deadline = deadline.At, IsBatch = request.Chat.IsBatch };
        var run = new ChatRun
        {
            Id = CompletionId(),
            CreatedAt = time.GetUtcNow(),
            Plan = await deadline.HoldAsync(PlanAsync(request.Chat, deadline.Token)),
            Timeline = timeline,
            Activity = activity,
        };
        run.Decide("plan", run.Plan.Model.Name, PlanFacts.Of(run.Plan));
        if (run.Plan.InsteadOf is not null) run.Degrade(DegradedModes.Fallback);
        MillraceException? failure = null;
        try
        {
            await sink.WriteAsync(await deadline.HoldAsync(RunAsync(run, request, sink, deadline.Token)), cancellationToken);
        }
        catch (Exception error)
        {
            failure = Failure(error, cancellationToken);
            throw;
        }
        finally
        {
            telemetry.EndRequest(run);
            explanations.Keep(CallContext.Current.Tenant, CallContext.Current.RequestId, ExplanationWriter.Write(run, failure));
        }
    }

    private static MillraceException Failure(Exception error, CancellationToken cancellationToken) => error switch
    {
        _ when cancellationToken.IsCancellationRequested => new MillraceException(Reason.Cancelled, "The client left.", error),
        MillraceException refusal => refusal,
        _ => new MillraceException(Reason.Internal, "A defect.", error),
    };

    private static string CompletionId()
    {
        var id = CallContext.Current.RequestId;
        return "cmpl-" + (id.StartsWith(RequestPrefix, StringComparison.Ordinal) ? id[RequestPrefix.Length..] : id);
    }

    private Task<ChatPlan> PlanAsync(ChatRequest request, CancellationToken cancellationToken) => assistants.Find(request.Model) is null
        ? planner.PlanAsync(request, cancellationToken)
        : throw MillraceException.InvalidArgument(
            "model", $"'{request.Model}' is an assistant, which answers chats. Name a model, or use /v1/chat/completions.");

    private async Task<ChatCompleted> RunAsync(ChatRun run, CompletionRequest request, IChatSink sink, CancellationToken cancellationToken)
    {
        var prompts = await steps.Checks.CheckAsync(run, request.Prompts, cancellationToken);
        var generated = steps.Runner.GenerateAsync(run, request, prompts, cancellationToken);
        var started = false;
        await foreach (var next in steps.OutputGuard.FilterAsync(generated, run, cancellationToken).WithCancellation(cancellationToken))
        {
            if (!started) await sink.WriteAsync(Started(run), cancellationToken);
            started = true;
            if (next is ChatFinished finished) run.FinishReasons[finished.Choice] = finished.Reason;
            await sink.WriteAsync(next, cancellationToken);
        }

        var report = new ChatReport(null, 0, 0, run.Citations, run.Degraded, run.Timeline);
        return new ChatCompleted(run.Usage, report);
    }

    private static ChatStarted Started(ChatRun run) => new(
        run.Id, run.Plan.Request.Model, run.ServedBy ?? run.Plan.Model.Name, run.CreatedAt, run.Plan.Request.ChoiceCount)
    {
        Timeline = run.Timeline,
    };
}
