using Millrace.Gateway.Assistants;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Completions;

/// <summary>The steps of a text completion: the check of the prompts, their continuation, the check of what comes out.</summary>
public sealed record CompletionSteps(PromptChecks Checks, JournaledPrompts Journaled, OutputGuard OutputGuard);

/// <summary>
/// The way of a text completion through the platform: plan, guard input, generate, guard output. It has no history, no documents and no
/// template; what it has of the chat's way is the chat's own.
/// </summary>
public sealed class CompletionPipeline(
    ChatPlanner planner, AssistantCatalog assistants, CompletionSteps steps, RequestFrame frame)
{
    private const string IdPrefix = "cmpl-";

    /// <summary>Continues prompts.</summary>
    /// <param name="request">The prompts.</param>
    /// <param name="sink">Takes the answer. It gets nothing before the first token, so that a failure up to there is told as one.</param>
    /// <param name="cancellationToken">Stops everything, down to the engine.</param>
    public Task RunAsync(CompletionRequest request, IChatSink sink, CancellationToken cancellationToken)
    {
        var framed = new FramedRequest(
            request.Chat, IdPrefix, stop => PlanAsync(request.Chat, stop), (run, stop) => RunAsync(run, request, sink, stop));
        return frame.RunAsync(framed, sink, cancellationToken);
    }

    private Task<ChatPlan> PlanAsync(ChatRequest request, CancellationToken cancellationToken) => assistants.Find(request.Model) is null
        ? planner.PlanAsync(request, cancellationToken)
        : throw MillraceException.InvalidArgument(
            "model", $"'{request.Model}' is an assistant, which answers chats. Name a model, or use /v1/chat/completions.");

    private async Task<ChatCompleted> RunAsync(ChatRun run, CompletionRequest request, IChatSink sink, CancellationToken cancellationToken)
    {
        var prompts = await steps.Checks.CheckAsync(run, request.Prompts, cancellationToken);
        var generated = steps.Journaled.GenerateAsync(run, request, prompts, cancellationToken);
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
