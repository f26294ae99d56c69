using Millrace.Gateway.Assistants;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Fallbacks;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Prompts.Compression;
using Millrace.Gateway.QueryWriting;
using Millrace.Gateway.Quoting;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Sessions;

namespace Millrace.Gateway.Runtime;

/// <summary>The capabilities that the pipeline strings together.</summary>
public sealed record ChatSteps(
    InputGuard InputGuard,
    QueryEmbedder Embedder,
    ConversationHistory History,
    QueryWriter Writer,
    ContextRetriever Retriever,
    PassageGuard PassageGuard,
    PromptBuilder Prompts,
    Generator Generator,
    FallbackChain Fallbacks,
    PassageCompressor Compressor,
    QuoteCascade Quotes,
    OutputGuard OutputGuard,
    Citer Citer)
{
    /// <summary>
    /// Step 4: both read the request alone, so neither waits for the other; only a question that may still change is embedded later.
    /// </summary>
    public async Task<(IReadOnlyList<ChatTurn> Messages, QueryVector? Vector)> GuardAndEmbedAsync(
        ChatRun run, CancellationToken cancellationToken)
    {
        if (QueryWriter.IsLate(run.Plan)) return (await InputGuard.CheckAsync(run, cancellationToken), null);
        var vector = Embedder.EmbedAsync(run, QueryWriter.Question(run.Plan.Request.Messages) ?? string.Empty, cancellationToken);
        var messages = InputGuard.CheckAsync(run, cancellationToken);
        await Task.WhenAll(vector, messages);
        return (await messages, await vector);
    }

    /// <summary>
    /// The whole chat. Where new passages are numbered, earlier answers lose their markers, which were those of other passages.
    /// </summary>
    public static IReadOnlyList<ChatTurn> Turns(ChatRun run, ConversationWindow history, IReadOnlyList<ChatTurn> messages)
    {
        ToolTurns.CheckContinuation(history.Turns, messages);
        var turns = ToolTurns.Paired(history.Before(messages));
        return run.Plan.Grounding is null
            ? turns
            : [.. turns.Select(turn => turn.Role == ChatRole.Assistant ? turn with { Content = MarkerText.Strip(turn.Content) } : turn)];
    }

    /// <summary>Step 7: words the question, embeds it where that had to wait, and finds the passages.</summary>
    /// <param name="run">The request.</param>
    /// <param name="turns">History and messages.</param>
    /// <param name="vector">The vector of the question, if step 4 made one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<RetrievedContext?> RetrieveAsync(
        ChatRun run, IReadOnlyList<ChatTurn> turns, QueryVector? vector, CancellationToken cancellationToken)
    {
        var query = await Writer.WriteAsync(run, turns, cancellationToken) with { Vector = vector };
        if (QueryWriter.IsLate(run.Plan))
        {
            run.Question = query.Question;
            query = query with { Vector = await Embedder.EmbedAsync(run, query.Question, cancellationToken) };
        }

        var found = await Retriever.FindAsync(run, query, cancellationToken);
        var context = await PassageGuard.CheckAsync(run, found, cancellationToken);
        return await Compressor.CompressAsync(run, context, cancellationToken);
    }

    /// <summary>Steps 8 to 10, for the plan's model and, where that fails before its first token, for those that stand in for it.</summary>
    /// <param name="run">The request.</param>
    /// <param name="found">What the prompt is made of.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<BegunAnswer> AnswerAsync(ChatRun run, PreparedChat found, CancellationToken cancellationToken)
    {
        return Fallbacks.BeginAsync(run, AttemptAsync, cancellationToken);

        async Task<BegunAnswer> AttemptAsync()
        {
            var prepared = found with { Prompt = await PromptAsync(run, found.Turns, found.Context, cancellationToken) };
            prepared.RequireWhole(run.Plan.Request);
            var answer = Generate(run, prepared, cancellationToken);
            if (run.Plan.Request.Journal is not { } journal) return new BegunAnswer(prepared, answer);
            await journal.PrepareAsync(prepared, run, cancellationToken);
            return new BegunAnswer(prepared, JournaledAnswer.KeepAsync(answer, run, cancellationToken));
        }
    }

    /// <summary>Step 8. Where the model is asked about one sentence at a time, the prompts are built as they are asked.</summary>
    private async Task<BuiltPrompt> PromptAsync(
        ChatRun run, IReadOnlyList<ChatTurn> turns, RetrievedContext? context, CancellationToken cancellationToken) =>
        context is not null && run.Plan.Grounding is { Mode: GroundingMode.Quote }
            ? new BuiltPrompt([], context.Passages, PassagesDropped: 0, MessagesDropped: 0)
            : Canary.AddTo(await Prompts.BuildAsync(run, turns, context, cancellationToken), run);

    /// <summary>Step 10. Where nothing was found, there is nothing to ask.</summary>
    internal IAsyncEnumerable<ChatEvent> Generate(ChatRun run, PreparedChat prepared, CancellationToken cancellationToken) =>
        prepared.Context switch
        {
            { Passages.Count: 0 } => Refuse(run),
            { } context when run.Plan.Grounding is { Mode: GroundingMode.Quote } =>
                Quotes.AnswerAsync(run, prepared.Turns, context, cancellationToken),
            _ => Generator.GenerateAsync(prepared.Prompt, run, run.Plan.Request.ChoiceCount, cancellationToken),
        };

    private static async IAsyncEnumerable<ChatEvent> Refuse(ChatRun run)
    {
        await Task.CompletedTask;
        for (var choice = 0; choice < run.Plan.Request.ChoiceCount; choice++)
        {
            yield return new ChatDelta(choice, run.Plan.Grounding?.Prompt.Refusal ?? string.Empty);
            yield return new ChatFinished(choice, ChatFinishReason.Stop, []);
        }
    }
}
