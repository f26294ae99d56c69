using System.Text;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Explaining;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Sessions;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>The way of one chat through the platform, the same for both doors.</summary>
/// <remarks>
/// <code>
///  1 key, rate limit, body limit, request id      Edge
///  2 plan: model, assistant, prompt               ChatPlanner (the doors have validated every field before)
///  3 reserve budget                               a later capability
///  4 guard input, embed the question              InputGuard and QueryEmbedder, side by side
///  5 semantic cache                               a later capability
///  6 history window                               ConversationHistory
///  7 word the question, retrieve                  QueryWriter, ContextRetriever
///  8 prompt that fits                             PromptBuilder
///  9 route                                        a later capability; the pool chooses a member by prefix and load
/// 10 generate, hold to the passages               Generator or QuoteCascade, Grounder
/// 11 guard output                                 OutputGuard
/// 12 cite                                         Citer
/// 13 settle                                       ConversationHistory
/// </code>
/// Steps 10 to 12 are one stream: a token passes all three before the next one is read, and whoever stops reading stops the engine.
/// </remarks>
public sealed class ChatPipeline(
    ChatPlanner planner,
    ChatSteps steps,
    ExplanationStore explanations,
    TimeProvider time,
    GatewayTelemetry telemetry)
{
    private const string RequestPrefix = "req_";

    /// <summary>Answers a chat.</summary>
    /// <param name="request">The chat.</param>
    /// <param name="sink">Takes the answer. It gets nothing before the first token, so that a failure up to there is told as one.</param>
    /// <param name="cancellationToken">Stops everything, down to the engine.</param>
    public async Task RunAsync(ChatRequest request, IChatSink sink, CancellationToken cancellationToken)
    {
        using var activity = telemetry.StartRequest(request);
        var timeline = new RunTimeline(time, request.ArrivedAt ?? time.GetTimestamp());
        var run = new ChatRun
        {
            Id = CompletionId(),
            CreatedAt = request.Journal?.CreatedAt ?? time.GetUtcNow(),
            Plan = await planner.PlanAsync(request, cancellationToken),
            Timeline = timeline,
            Activity = activity,
        };
        run.Decide("plan", run.Plan.Model.Name, PlanFacts.Of(run.Plan));
        MillraceException? failure = null;
        try
        {
            await RunAsync(run, sink, cancellationToken);
        }
        catch (Exception error)
        {
            failure = Failure(error, cancellationToken);
            throw;
        }
        finally
        {
            telemetry.EndRequest(timeline);
            explanations.Keep(CallContext.Current.Tenant, CallContext.Current.RequestId, ExplanationWriter.Write(run, failure));
        }
    }

    private async Task RunAsync(ChatRun run, IChatSink sink, CancellationToken cancellationToken)
    {
        var prepared = await PreparedAsync(run, cancellationToken);
        var (messages, history, turns, context, prompt) = prepared;

        var source = new SourceText(prompt.Passages);
        var generated = run.Plan.Request.Journal is null
            ? steps.Generate(run, turns, context, prompt, cancellationToken)
            : JournaledAnswer.GenerateAsync(steps, run, prepared, cancellationToken);
        var grounded = generated.GroundAsync(run.Plan, source, cancellationToken);
        var guarded = steps.OutputGuard.FilterAsync(grounded, run, cancellationToken);
        var cited = steps.Citer.CiteAsync(guarded, run, source, cancellationToken);

        var answer = await DeliverAsync(cited, run, sink, cancellationToken);
        await SettleAsync(run, messages, history, answer, cancellationToken);
        await sink.WriteAsync(new ChatCompleted(run.Usage, Report(run, prompt, context)), cancellationToken);
    }

    /// <summary>Steps 4 to 8, or what another process found out in them.</summary>
    private async Task<PreparedChat> PreparedAsync(ChatRun run, CancellationToken cancellationToken)
    {
        var journal = run.Plan.Request.Journal;
        if (journal?.Prepared is { } known)
        {
            run.Decide("take_over", "prepared before");
            run.Usage = known.Usage;
            run.Question = known.Question;
            foreach (var part in known.Degraded) run.Degrade(part);
            return known;
        }

        var (messages, vector) = await steps.GuardAndEmbedAsync(run, cancellationToken);
        var history = await steps.History.WindowAsync(run, messages, cancellationToken);
        var turns = ChatSteps.Turns(run, history, messages);
        var context = await steps.RetrieveAsync(run, turns, vector, cancellationToken);
        var prompt = await steps.PromptAsync(run, turns, context, cancellationToken);
        var prepared = new PreparedChat(messages, history, turns, context, prompt);
        prepared.RequireWhole(run.Plan.Request);
        if (journal is not null) await journal.PrepareAsync(prepared, run, cancellationToken);
        return prepared;
    }

    private static MillraceException Failure(Exception error, CancellationToken cancellationToken) => error switch
    {
        _ when cancellationToken.IsCancellationRequested => new MillraceException(Reason.Cancelled, "The client left.", error),
        MillraceException refusal => refusal,
        _ => new MillraceException(Reason.Internal, "A defect.", error),
    };

    // A retried request keeps its id, and with it the ids of all that it makes.
    private static string CompletionId()
    {
        var id = CallContext.Current.RequestId;
        return "chatcmpl-" + (id.StartsWith(RequestPrefix, StringComparison.Ordinal) ? id[RequestPrefix.Length..] : id);
    }

    private static async Task<StoredAnswer> DeliverAsync(
        IAsyncEnumerable<ChatEvent> events, ChatRun run, IChatSink sink, CancellationToken cancellationToken)
    {
        var first = new StringBuilder();
        IReadOnlyList<Citation> citations = [];
        var started = false;
        await foreach (var next in events.WithCancellation(cancellationToken))
        {
            if (!started) await sink.WriteAsync(Started(run), cancellationToken);
            started = true;
            if (next is ChatDelta { Text: "", Logprobs.Count: 0 }) continue;
            if (next is ChatDelta { Choice: 0 } delta) first.Append(delta.Text);
            if (next is ChatFinished { Choice: 0 } whole) citations = whole.Citations;
            if (next is ChatFinished finished) run.FinishReasons[finished.Choice] = finished.Reason;
            await sink.WriteAsync(next, cancellationToken);
        }

        return new StoredAnswer(first.ToString(), citations);
    }

    private static ChatStarted Started(ChatRun run) => new(
        run.Id, run.Plan.Request.Model, run.ServedBy ?? run.Plan.Model.Name, run.CreatedAt, run.Plan.Request.ChoiceCount)
    {
        Timeline = run.Timeline,
    };

    private async Task SettleAsync(
        ChatRun run, IReadOnlyList<ChatTurn> messages, ConversationWindow history, StoredAnswer answer, CancellationToken cancellationToken)
    {
        using var step = telemetry.Step("settle", run);
        if (run.FinishReasons.GetValueOrDefault(0) == ChatFinishReason.ContentFilter) return;
        await steps.History.AppendAsync(run, messages, history, answer, cancellationToken);
    }

    private static ChatReport Report(ChatRun run, BuiltPrompt prompt, RetrievedContext? context) => new(
        context is null ? null : prompt.Passages.Count,
        prompt.PassagesDropped,
        prompt.MessagesDropped,
        run.Citations,
        run.Degraded,
        run.Timeline)
    {
        StoredMessageIds = run.StoredMessageIds,
    };
}
