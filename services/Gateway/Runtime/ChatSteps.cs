using Millrace.Gateway.Citations;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Prompts;
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
}
