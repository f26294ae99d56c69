using System.Text;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Fallbacks;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Sessions;
using Millrace.Gateway.Telemetry;

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
///  9 route                                        FallbackChain; the pool chooses a member by prefix and load
/// 10 generate, hold to the passages               Generator or QuoteCascade, Grounder
/// 11 guard output                                 OutputGuard
/// 12 cite                                         Citer
/// 13 settle                                       ConversationHistory
/// </code>
/// Steps 10 to 12 are one stream: a token passes all three at once, what the model says meanwhile follows as one piece, and whoever stops
/// reading stops the engine.
/// </remarks>
public sealed class ChatPipeline(ChatPlanner planner, ChatSteps steps, RequestFrame frame, GatewayTelemetry telemetry)
{
    private const string IdPrefix = "chatcmpl-";

    /// <summary>Answers a chat.</summary>
    /// <param name="request">The chat.</param>
    /// <param name="sink">Takes the answer. It gets nothing before the first token, so that a failure up to there is told as one.</param>
    /// <param name="cancellationToken">Stops everything, down to the engine.</param>
    public Task RunAsync(ChatRequest request, IChatSink sink, CancellationToken cancellationToken)
    {
        var framed = new FramedRequest(
            request, IdPrefix, stop => planner.PlanAsync(request, stop), (run, stop) => RunAsync(run, sink, stop));
        return frame.RunAsync(framed, sink, cancellationToken);
    }

    private async Task<ChatCompleted> RunAsync(ChatRun run, IChatSink sink, CancellationToken cancellationToken)
    {
        var (prepared, generated) = await BeginAsync(run, cancellationToken);
        var (messages, history, _, context, prompt) = prepared;
        var source = new SourceText(prompt.Passages);
        var grounded = generated.GroundAsync(run.Plan, source, cancellationToken);
        var batched = grounded.BatchAsync(JournaledAnswer.CharsMax(run), !sink.TakesPieces, run.Timeline, cancellationToken);
        var guarded = steps.OutputGuard.FilterAsync(batched, run, cancellationToken);
        var cited = steps.Citer.CiteAsync(guarded, run, source, cancellationToken);

        var answer = await DeliverAsync(cited, run, sink, cancellationToken);
        await SettleAsync(run, messages, history, answer, cancellationToken);
        return new ChatCompleted(run.Usage, Report(run, prompt, context));
    }

    /// <summary>Steps 4 to 10, or what another process found out in them and the rest of its answer.</summary>
    private async Task<BegunAnswer> BeginAsync(ChatRun run, CancellationToken cancellationToken)
    {
        if (JournaledAnswer.TakeOver(run) is { } known)
            return new BegunAnswer(known, JournaledAnswer.GenerateAsync(steps, run, known, cancellationToken));

        var (messages, vector) = await steps.GuardAndEmbedAsync(run, cancellationToken);
        var history = await steps.History.WindowAsync(run, messages, cancellationToken);
        var turns = ChatSteps.Turns(run, history, messages);
        var context = await steps.RetrieveAsync(run, turns, vector, cancellationToken);
        return await steps.AnswerAsync(run, new PreparedChat(messages, history, turns, context, BuiltPrompt.Empty), cancellationToken);
    }

    private static async Task<StoredAnswer> DeliverAsync(
        IAsyncEnumerable<ChatEvent> events, ChatRun run, IChatSink sink, CancellationToken cancellationToken)
    {
        var (first, calls, form) = (new StringBuilder(), new CollectedCalls(), new AnswerForm(run.Plan.Request));
        IReadOnlyList<Citation> citations = [];
        var started = false;
        await foreach (var next in events.WithCancellation(cancellationToken))
        {
            if (!started) await sink.WriteAsync(Started(run), cancellationToken);
            started = true;
            if (next is ChatDelta { Text: "", Logprobs.Count: 0 }) continue;
            form.Take(next);
            if (next is ChatToolCallDelta { Choice: 0 } call) calls.Add(call);
            if (next is ChatDelta { Choice: 0 } delta) first.Append(delta.Text);
            if (next is ChatFinished { Choice: 0 } whole) citations = whole.Citations;
            if (next is ChatFinished finished) run.FinishReasons[finished.Choice] = finished.Reason;
            await sink.WriteAsync(next, cancellationToken);
        }

        return new StoredAnswer(first.ToString(), citations) { ToolCalls = calls.All() };
    }

    private static ChatStarted Started(ChatRun run) => new(
        run.Id, run.Plan.Request.Model, run.ServedBy ?? run.Plan.Model.Name, run.CreatedAt, run.Plan.Request.ChoiceCount)
    {
        Timeline = run.Timeline,
        Usage = run.Usage,
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
