using System.Runtime.CompilerServices;
using Millrace.Gateway.Assistants;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Citations;

/// <summary>The end of step 10: holds what a quoting model says to the passages, before anybody else sees it.</summary>
public static class Grounder
{
    /// <summary>Passes on what stands in the passages, when the plan asks for that; else everything.</summary>
    public static IAsyncEnumerable<ChatEvent> GroundAsync(
        this IAsyncEnumerable<ChatEvent> answer, ChatPlan plan, SourceText source, CancellationToken cancellationToken) =>
        plan.Grounding is { Mode: GroundingMode.Verbatim } grounding
            ? GroundAsync(answer, plan.Request.ChoiceCount, source, grounding.Prompt.Refusal, cancellationToken)
            : answer;

    private static async IAsyncEnumerable<ChatEvent> GroundAsync(
        IAsyncEnumerable<ChatEvent> answer,
        int choiceCount,
        SourceText source,
        string refusal,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var choices = new VerbatimGrounding?[choiceCount];
        await foreach (var next in answer.WithCancellation(cancellationToken))
        {
            if (next is ChatDelta delta)
            {
                if (Choice(delta.Choice).Push(delta.Text) is { Length: > 0 } text) yield return new ChatDelta(delta.Choice, text);
                continue;
            }

            if (next is ChatFinished finished && Choice(finished.Choice).Finish() is { Length: > 0 } rest)
                yield return new ChatDelta(finished.Choice, rest);
            yield return next;
        }

        VerbatimGrounding Choice(int index) => choices[index] ??= new VerbatimGrounding(source, refusal);
    }
}
