using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Models;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.QueryWriting;

/// <summary>
/// Step 7a: has a model word what is searched. It turns the last message into a question that needs no history, writes other wordings of
/// it, and an answer as it might stand in a document. All of it is optional: when the model fails, takes too long or writes what is no
/// query, the search goes on with what there is, and the answer says that <c>query_writing</c> was missing. What it adds counts less than
/// the question.
/// </summary>
/// <remarks>
/// What is written derives from messages that the input guard has passed and changed. It goes to Retrieval alone, as words to search for:
/// neither into the prompt nor to the user. So it is not checked again.
/// </remarks>
public sealed class QueryWriter(
    Generator generator,
    QueryPrompts prompts,
    ModelCatalog models,
    IOptions<QueryWritingOptions> options,
    TimeProvider time,
    GatewayTelemetry telemetry)
{
    // More than any of its tokens can be.
    private const int WritingCharsMax = 32 * 1024;

    /// <summary>Whether the question may change, so that its vector has to wait.</summary>
    public static bool MayRewrite(ChatPlan plan) =>
        plan.Grounding is { IsSmallTalk: false, Retrieval.Rewrite: true }
        && (plan.Request.ConversationId is not null || Earlier(plan.Request.Messages).Any());

    /// <summary>Whether the question is known only when the history is: it may change, or it is in the history itself.</summary>
    public static bool IsLate(ChatPlan plan) => MayRewrite(plan) || Question(plan.Request.Messages) is null;

    /// <summary>The question of a chat: what the user said last. Results of tools may follow it.</summary>
    /// <returns>The question; null when no user said anything.</returns>
    public static string? Question(IEnumerable<ChatTurn> turns) => turns.LastOrDefault(turn => turn.Role == ChatRole.User)?.Content;

    /// <summary>Writes what the plan asks for.</summary>
    /// <param name="run">The request; what is used is counted.</param>
    /// <param name="turns">History and messages, oldest first; the user's last one is the question.</param>
    /// <param name="cancellationToken">Frees the slot of the engine.</param>
    /// <returns>The question and its other wordings.</returns>
    /// <exception cref="MillraceException">An answer is to come from collections, and nobody asks anything.</exception>
    public async Task<WrittenQuery> WriteAsync(ChatRun run, IReadOnlyList<ChatTurn> turns, CancellationToken cancellationToken)
    {
        var question = Question(turns) ?? (run.Plan.Grounding is null ? string.Empty : throw NoQuestion());
        var original = new WrittenQuery(question, [], Vector: null);
        if (run.Plan.Grounding is not { IsSmallTalk: false, Retrieval: var wanted }) return original;
        if (string.IsNullOrWhiteSpace(question)) return original;
        var rewrites = MayRewrite(run.Plan) && Earlier(turns).Any();
        if (!rewrites && wanted is { MultiQuery: null or 0, HypotheticalPassage: null or false }) return original;

        using var step = telemetry.Step("write_query", run);
        using var deadline = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var draft = new Draft(question);
        try
        {
            var plan = await PlanAsync(run.Plan, either.Token);
            if (rewrites) await RewriteAsync(draft, run, plan, turns, either.Token);
            await Task.WhenAll(
                AddWordingsAsync(draft, run, plan, wanted.MultiQuery ?? 0, either.Token),
                AddPassageAsync(draft, run, plan, wanted.HypotheticalPassage == true, either.Token));
        }
        catch (Exception error)
            when (error is MillraceException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            run.Degrade(DegradedModes.QueryWriting);
        }

        var written = original with { Question = draft.Question, Variants = draft.Variants(options.Value.VariantsWeight) };
        var decided = rewrites && written.Question != question ? "reworded" : "as asked";
        run.Decide("write_query", decided, new JsonObject { ["wordings"] = written.Variants.Count });
        return written;
    }

    private async Task<ChatPlan> PlanAsync(ChatPlan plan, CancellationToken cancellationToken)
    {
        var name = options.Value.Model;
        var model = name.Length == 0 ? plan.Model : await models.FindChatAsync(name, cancellationToken);
        return new ChatPlan
        {
            Request = new ChatRequest { Model = plan.Request.Model, Messages = plan.Request.Messages },
            Model = model ?? throw new MillraceException(Reason.ModelNotFound, $"The model '{name}' does not exist."),
            Sampling = new SamplingSettings { Temperature = 0 },
            TokensMax = options.Value.QuestionTokensMax,
        };
    }

    // A rewriting that is all from the conversation, but lost what the message asks for, is searched beside the message and not for it.
    private async Task RewriteAsync(
        Draft draft, ChatRun run, ChatPlan plan, IReadOnlyList<ChatTurn> turns, CancellationToken cancellationToken)
    {
        var prompt = prompts.Ask(QueryPrompts.Rewrite, draft.Question, History(turns));
        var rewritten = Reader(run, QueryPrompts.Rewrite).Query(await AskAsync(run, plan, prompt, cancellationToken));
        var said = turns.Where(turn => turn.Role != ChatRole.System).Select(turn => turn.Content);
        if (rewritten is null || !RewrittenQuestion.IsSaid(rewritten, said)) run.Degrade(DegradedModes.QueryWriting);
        else if (RewrittenQuestion.Keeps(rewritten, draft.Question)) draft.Question = rewritten;
        else draft.Rewritten = rewritten;
    }

    private async Task AddWordingsAsync(Draft draft, ChatRun run, ChatPlan plan, int count, CancellationToken cancellationToken)
    {
        if (count == 0) return;
        var prompt = prompts.Ask(QueryPrompts.Variants, draft.Question, count: $"{count}");
        var writing = await AskAsync(run, plan with { TokensMax = count * options.Value.QuestionTokensMax }, prompt, cancellationToken);
        draft.Wordings = Reader(run, QueryPrompts.Variants).Queries(writing, draft.Question, count);
        if (draft.Wordings.Count == 0) run.Degrade(DegradedModes.QueryWriting);
    }

    private async Task AddPassageAsync(Draft draft, ChatRun run, ChatPlan plan, bool isWanted, CancellationToken cancellationToken)
    {
        if (!isWanted) return;
        var prompt = prompts.Ask(QueryPrompts.Passage, draft.Question);
        var writing = await AskAsync(run, plan with { TokensMax = options.Value.PassageTokensMax }, prompt, cancellationToken);
        draft.Passage = Reader(run, QueryPrompts.Passage).Passage(writing);
        if (draft.Passage is null) run.Degrade(DegradedModes.QueryWriting);
    }

    private WrittenText Reader(ChatRun run, string prompt) =>
        new(prompts.Words(prompt), run.Plan.Grounding?.Prompt.Refusal ?? string.Empty);

    // A run of its own, so that the writer is not taken for the model that answers; what it used counts for the request. An upstream that
    // does not keep to its token limit is cut off here.
    private async Task<Writing> AskAsync(ChatRun run, ChatPlan plan, IReadOnlyList<ChatTurn> prompt, CancellationToken cancellationToken)
    {
        var own = new ChatRun { Id = run.Id, CreatedAt = run.CreatedAt, Plan = plan, Timeline = run.Timeline, Activity = run.Activity };
        var text = new StringBuilder();
        var reason = ChatFinishReason.Length;
        try
        {
            await foreach (var next in generator.GenerateAsync(new BuiltPrompt(prompt, [], 0, 0), own, choiceCount: 1, cancellationToken))
            {
                if (next is ChatFinished finished) reason = finished.Reason;
                if (next is ChatDelta delta && text.Append(delta.Text).Length > WritingCharsMax) break;
            }

            return new Writing(reason == ChatFinishReason.ContentFilter ? string.Empty : text.ToString(), reason == ChatFinishReason.Stop);
        }
        finally
        {
            run.AddUsage(own.Usage);
        }
    }

    private string History(IReadOnlyList<ChatTurn> turns)
    {
        var said = Earlier(turns).TakeLast(options.Value.HistoryMessagesMax);
        return string.Join('\n', said.Select(turn => $"{(turn.Role == ChatRole.User ? "User" : "Assistant")}: {Shorten(turn)}"));
    }

    // What was said before the question; of calls and their results nothing is told.
    private static IEnumerable<ChatTurn> Earlier(IReadOnlyList<ChatTurn> turns)
    {
        var question = turns.Count - 1;
        while (question > 0 && turns[question].Role != ChatRole.User) question--;
        return turns.Take(question).Where(turn => turn.Role is ChatRole.User or ChatRole.Assistant && turn.Content.Length > 0);
    }

    private static MillraceException NoQuestion() => MillraceException.InvalidArgument(
        "messages", "'messages' has no question of the user, which is needed when answers come from collections.");

    private string Shorten(ChatTurn turn) => Texts.Shorten(MarkerText.Strip(turn.Content), options.Value.MessageCharsMax);

    private sealed class Draft(string question)
    {
        public string Question { get; set; } = question;

        public string? Rewritten { get; set; }

        public IReadOnlyList<string> Wordings { get; set; } = [];

        public string? Passage { get; set; }

        // Together they have one weight, so that many of them count no more than one.
        public List<QueryVariant> Variants(float weight)
        {
            IEnumerable<string> queries = Rewritten is null ? Wordings : Wordings.Prepend(Rewritten).Distinct(StringComparer.Ordinal);
            List<QueryVariant> variants = [.. queries.Select(text => new QueryVariant { Text = text, Kind = VariantKind.Query })];
            if (Passage is not null) variants.Add(new QueryVariant { Text = Passage, Kind = VariantKind.HypotheticalPassage });
            foreach (var variant in variants) variant.Weight = weight / variants.Count;
            return variants;
        }
    }
}
