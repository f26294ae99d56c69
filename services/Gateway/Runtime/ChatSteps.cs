using Millrace.Gateway.Assistants;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Quoting;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Sessions;

namespace Millrace.Gateway.Runtime;

/// <summary>The capabilities that the pipeline strings together.</summary>
public sealed record ChatSteps(
    InputGuard InputGuard,
    QueryEmbedder Embedder,
    ConversationHistory History,
    ContextRetriever Retriever,
    PromptBuilder Prompts,
    Generator Generator,
    QuoteCascade Quotes,
    OutputGuard OutputGuard,
    Citer Citer)
{
    /// <summary>Step 4: both read the request alone, so neither waits for the other.</summary>
    public async Task<(IReadOnlyList<ChatTurn> Messages, QueryVector? Vector)> GuardAndEmbedAsync(
        ChatRun run, CancellationToken cancellationToken)
    {
        var vector = Embedder.EmbedAsync(run, cancellationToken);
        var messages = InputGuard.CheckAsync(run, cancellationToken);
        await Task.WhenAll(vector, messages);
        return (await messages, await vector);
    }

    /// <summary>Step 8. Where the model is asked about one sentence at a time, the prompts are built as they are asked.</summary>
    public async Task<BuiltPrompt> PromptAsync(
        ChatRun run, IReadOnlyList<ChatTurn> turns, RetrievedContext? context, CancellationToken cancellationToken) =>
        context is not null && run.Plan.Grounding is { Mode: GroundingMode.Quote }
            ? new BuiltPrompt([], context.Passages, PassagesDropped: 0, MessagesDropped: 0)
            : await Prompts.BuildAsync(run, turns, context, cancellationToken);

    /// <summary>Step 10. Where nothing was found, there is nothing to ask.</summary>
    public IAsyncEnumerable<ChatEvent> Generate(
        ChatRun run, IReadOnlyList<ChatTurn> turns, RetrievedContext? context, BuiltPrompt prompt, CancellationToken cancellationToken) =>
        context switch
        {
            { Passages.Count: 0 } => Refuse(run),
            not null when run.Plan.Grounding is { Mode: GroundingMode.Quote } => Quotes.AnswerAsync(run, turns, context, cancellationToken),
            _ => Generator.GenerateAsync(prompt, run, run.Plan.Request.ChoiceCount, cancellationToken),
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
