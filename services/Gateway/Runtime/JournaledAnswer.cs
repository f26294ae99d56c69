using System.Runtime.CompilerServices;
using Millrace.Gateway.Assistants;
using Millrace.Gateway.Inference;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>
/// Step 10 of a chat that another process may go on with. What the model said to an earlier process comes first, as it came then, so that
/// the steps behind make the same of it; then the model goes on where it was.
/// </summary>
internal static class JournaledAnswer
{
    /// <summary>What another process found out for a request, where this one goes on from that; else null.</summary>
    public static PreparedChat? TakeOver(ChatRun run)
    {
        if (run.Plan.Request.Journal is not { Prepared: { } known } journal) return null;

        // Which of several models it was prepared for is not known: before anything was said, all of them are asked anew.
        if (journal.Said.Count == 0 && run.Plan.Fallbacks.Count > 0) return null;

        // What nobody has seen yet need not be continued.
        if (journal is { Said.Count: > 0, IsShown: false } && !IsWhole(run, journal.Said) && !IsContinuable(run, journal.Said)) return null;
        run.Decide("take_over", "prepared before");
        run.Usage = known.Usage;
        run.Question = known.Question;
        run.Guard = known.Guard;
        foreach (var part in known.Degraded) run.Degrade(part);
        return known;
    }

    /// <summary>How far the steps behind may join pieces. What is kept is not joined again: another process, to which all of it comes at
    /// once, would join it elsewhere, and its answer would not be that which clients have the beginning of.</summary>
    public static int CharsMax(ChatRun run) => run.Plan.Request.Journal is null ? run.Plan.BatchCharsMax : 0;

    /// <summary>What the model says, joined where it is fast, each piece kept before it is passed on.</summary>
    public static async IAsyncEnumerable<ChatEvent> KeepAsync(
        IAsyncEnumerable<ChatEvent> answer, ChatRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var journal = JournalOf(run);
        await foreach (var next in answer.BatchAsync(run.Plan.BatchCharsMax, waits: false, run.Timeline, cancellationToken))
        {
            await journal.SayAsync(next, run, cancellationToken);
            yield return next;
        }
    }

    /// <summary>What the model said to another process, and then what it goes on with, each piece kept before it is passed on.</summary>
    public static async IAsyncEnumerable<ChatEvent> GenerateAsync(
        ChatSteps steps, ChatRun run, PreparedChat prepared, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var said = JournalOf(run).Said;
        var isWhole = IsWhole(run, said);
        if (said.Count > 0 && !isWhole && !IsContinuable(run, said)) throw NotContinuable();
        foreach (var earlier in Repeat(run, said)) yield return earlier;
        if (isWhole) yield break;
        var rest = steps.Generate(run, prepared, cancellationToken);
        if (said.Count > 0)
        {
            var beginning = await BeginningAsync(steps.Generator, run, prepared.Usage.CompletionTokens, cancellationToken);
            rest = BehindAsync(
                steps.Generator.GenerateAsync(prepared.Prompt, run, 1, cancellationToken, beginning), run, beginning, cancellationToken);
        }

        await foreach (var next in KeepAsync(rest, run, cancellationToken)) yield return next;
    }

    /// <summary>What the model said to another process, as it came then; what is known of the tokens comes back with it.</summary>
    public static IEnumerable<ChatEvent> Repeat(ChatRun run, IReadOnlyList<SaidPiece> said)
    {
        foreach (var piece in said)
        {
            if (piece.Event is ChatFinished) (run.Usage, run.ServedBy) = (piece.Usage, piece.ServedBy);
            run.ServedBy ??= piece.ServedBy;
            yield return piece.Event;
        }
    }

    /// <summary>The part of an answer of one choice that was said; its tokens count as used from here on.</summary>
    /// <param name="generator">Counts them.</param>
    /// <param name="run">The request.</param>
    /// <param name="usedBefore">Tokens that models generated for the request before this answer.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<AnswerBeginning> BeginningAsync(
        Generator generator, ChatRun run, int usedBefore, CancellationToken cancellationToken)
    {
        var said = JournalOf(run).Said;
        var text = string.Concat(said.Select(piece => piece.Event).OfType<ChatDelta>().Select(delta => delta.Text));
        var tokens = await generator.CountAsync(run.Plan.Model.Name, text, cancellationToken);
        run.Usage = said[^1].Usage with { CompletionTokens = usedBefore + tokens };
        return new AnswerBeginning(text, tokens, said[^1].Seed);
    }

    /// <summary>What follows a beginning; nothing where that has all the tokens that were asked for.</summary>
    public static async IAsyncEnumerable<ChatEvent> BehindAsync(
        IAsyncEnumerable<ChatEvent> rest,
        ChatRun run,
        AnswerBeginning beginning,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (run.Plan.TokensMax is { } most && beginning.Tokens >= most)
        {
            yield return new ChatFinished(0, ChatFinishReason.Length, []);
            yield break;
        }

        var earlier = run.Usage;
        await foreach (var next in rest.WithCancellation(cancellationToken))
        {
            // The prompt is paid for once, although it was evaluated again.
            if (next is ChatFinished) run.Usage = earlier with { CompletionTokens = run.Usage.CompletionTokens };
            yield return next;
        }
    }

    /// <summary>The journal of a request that has one.</summary>
    public static IChatJournal JournalOf(ChatRun run) =>
        run.Plan.Request.Journal ?? throw new InvalidOperationException("The chat has no journal.");

    /// <summary>The refusal of an answer whose beginning clients have and which cannot be gone on with.</summary>
    public static MillraceException NotContinuable() => new(
        Reason.UpstreamUnavailable,
        "The gateway that made this answer has stopped, and an answer of this form cannot be continued. Ask again, with a new key.");

    private static bool IsWhole(ChatRun run, IReadOnlyList<SaidPiece> said) =>
        said.Count(piece => piece.Event is ChatFinished) == run.Plan.Request.ChoiceCount;

    private static bool IsContinuable(ChatRun run, IReadOnlyList<SaidPiece> said) =>
        run.Plan.Request is { ChoiceCount: 1, Logprobs: false, ResponseFormat: null }
        && run.Plan.Grounding is not { Mode: GroundingMode.Quote }
        && run.Plan.Fallbacks.Count == 0
        && !said.Any(piece => piece.Event is ChatToolCallDelta);
}

/// <summary>The part of an answer that is there already.</summary>
/// <param name="Text">The text.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Seed">The seed that it was made with; null when that is not known.</param>
public sealed record AnswerBeginning(string Text, int Tokens, ulong? Seed);
