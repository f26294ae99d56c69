using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Options;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Quoting;

/// <summary>
/// Step 10 for models that can only quote. A small model mixes sentences when it sees many, and picks the wrong one when it must
/// choose; asked whether one sentence answers the question it is right far more often. So the platform chooses and the model judges:
/// <code>
///  1 the sentences of the passages, ranked by BM25         SentenceRanker
///  2 the best few that speak of enough of the question     SupportMin
///  3 one prompt for each, best first, until one is quoted  Generator
///  4 the quote held to the sentence                        VerbatimGrounding
/// </code>
/// When none is quoted, the answer is the refusal. The model is read once per try, and every choice of the request gets what came of it.
/// </summary>
public sealed class QuoteCascade(PromptBuilder prompts, Generator generator, IOptions<QuotingOptions> options)
{
    /// <summary>Answers from passages.</summary>
    /// <param name="run">The request.</param>
    /// <param name="turns">History and messages, oldest first; the last user message is the question.</param>
    /// <param name="context">The passages.</param>
    /// <param name="cancellationToken">Frees the slot of the engine.</param>
    public async IAsyncEnumerable<ChatEvent> AnswerAsync(
        ChatRun run, IReadOnlyList<ChatTurn> turns, RetrievedContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var refusal = run.Plan.Grounding?.Prompt.Refusal ?? string.Empty;
        var answer = new Quote(refusal, ChatFinishReason.Stop);
        foreach (var candidate in Candidates(run, turns, context))
        {
            var quote = await AskAsync(run, turns, candidate, refusal, cancellationToken);
            if (quote.Text == refusal) continue;
            answer = quote;
            break;
        }

        for (var choice = 0; choice < run.Plan.Request.ChoiceCount; choice++)
        {
            yield return new ChatDelta(choice, answer.Text);
            yield return new ChatFinished(choice, answer.Reason, []);
        }
    }

    private IEnumerable<QuoteCandidate> Candidates(ChatRun run, IReadOnlyList<ChatTurn> turns, RetrievedContext context)
    {
        var question = run.Question ?? turns.Last(turn => turn.Role == ChatRole.User).Content;
        return SentenceRanker.Rank(question, context.Passages)
            .Take(options.Value.TriesMax)
            .Where(candidate => candidate.Support >= options.Value.SupportMin);
    }

    private async Task<Quote> AskAsync(
        ChatRun run, IReadOnlyList<ChatTurn> turns, QuoteCandidate candidate, string refusal, CancellationToken cancellationToken)
    {
        // The model sees one passage, which is [1] to it; the answer cites the number that the passage has for the user.
        var sentence = candidate.Passage with { Text = candidate.Text, Start = candidate.Passage.Start + candidate.Span.Start };
        var prompt = await prompts.BuildAsync(run, turns, new RetrievedContext([sentence with { Number = 1 }]), cancellationToken);
        var grounding = new VerbatimGrounding(new SourceText([sentence]), refusal);

        var text = new StringBuilder();
        var reason = ChatFinishReason.Stop;
        await foreach (var next in generator.GenerateAsync(prompt, run, choiceCount: 1, cancellationToken))
        {
            if (next is ChatDelta delta) text.Append(grounding.Push(delta.Text));
            if (next is ChatFinished finished) reason = finished.Reason;
        }

        return new Quote(text.Append(grounding.Finish()).ToString(), reason);
    }

    private sealed record Quote(string Text, ChatFinishReason Reason);
}
