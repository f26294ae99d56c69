using System.Runtime.CompilerServices;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Completions;

/// <summary>
/// The continuation of prompts that another process may go on with. What the model said to an earlier process comes first, as it came then;
/// then the model goes on behind it. What cannot be continued is made anew as long as nobody has seen any of it.
/// </summary>
public sealed class JournaledPrompts(PromptRunner runner, Generator generator)
{
    /// <summary>Generates. Choices are numbered over all prompts.</summary>
    /// <exception cref="MillraceException">One of the prompts failed, or what was begun cannot be continued.</exception>
    public IAsyncEnumerable<ChatEvent> GenerateAsync(
        ChatRun run, CompletionRequest request, IReadOnlyList<CompletionPrompt> prompts, CancellationToken cancellationToken)
    {
        if (request.Chat.Journal is not { } journal) return runner.GenerateAsync(run, request, prompts, cancellationToken);
        if (journal.Said.Count == 0) return BeginAsync(run, request, prompts, cancellationToken);
        if (IsWhole(request, journal)) return JournaledAnswer.Repeat(run, journal.Said).ToAsyncEnumerable();
        if (IsContinuable(request)) return GoOnAsync(run, request, prompts[0], cancellationToken);
        return journal.IsShown ? throw JournaledAnswer.NotContinuable() : BeginAsync(run, request, prompts, cancellationToken);
    }

    // Several prompts come in any order, and what each of them took is known at its end only.
    private static bool IsWhole(CompletionRequest request, IChatJournal journal) =>
        request is { Prompts.Count: 1, EchoOnly: false }
        && journal.Said.Count(piece => piece.Event is ChatFinished) == request.ChoicesPerPrompt;

    private static bool IsContinuable(CompletionRequest request) =>
        request is { Prompts: [{ Tokens: null }], ChoicesPerPrompt: 1, EchoOnly: false, Chat.Logprobs: false };

    private async IAsyncEnumerable<ChatEvent> BeginAsync(
        ChatRun run,
        CompletionRequest request,
        IReadOnlyList<CompletionPrompt> prompts,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await JournaledAnswer.JournalOf(run).PrepareAsync(PreparedChat.Nothing, run, cancellationToken);
        var answer = runner.GenerateAsync(run, request, prompts, cancellationToken);
        await foreach (var next in JournaledAnswer.KeepAsync(answer, run, cancellationToken)) yield return next;
    }

    private async IAsyncEnumerable<ChatEvent> GoOnAsync(
        ChatRun run,
        CompletionRequest request,
        CompletionPrompt prompt,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var said = JournaledAnswer.JournalOf(run).Said;
        run.Decide("take_over", "continued");
        foreach (var earlier in JournaledAnswer.Repeat(run, said)) yield return earlier;
        var beginning = await JournaledAnswer.BeginningAsync(generator, run, usedBefore: 0, cancellationToken);
        var rest = JournaledAnswer.BehindAsync(
            runner.GoOnAsync(run, request, prompt, beginning, cancellationToken), run, beginning, cancellationToken);
        await foreach (var next in JournaledAnswer.KeepAsync(rest, run, cancellationToken)) yield return next;
    }
}
