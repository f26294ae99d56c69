using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Millrace.Gateway.Assistants;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;

namespace Millrace.Gateway.Citations;

/// <summary>Step 12: only citations that a passage supports survive, and each choice ends with its sources.</summary>
public sealed class Citer(OutputGuard guard, IOptions<CitationOptions> options, GatewayTelemetry telemetry)
{
    /// <summary>Cites.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="run">The request.</param>
    /// <param name="source">The passages of its prompt.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async IAsyncEnumerable<ChatEvent> CiteAsync(
        IAsyncEnumerable<ChatEvent> answer, ChatRun run, SourceText source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var step = telemetry.Step("cite", run);
        var choices = new CitedAnswer?[run.Plan.Request.ChoiceCount];
        var cites = run.Plan.Grounding is { IsSmallTalk: false, Mode: not GroundingMode.None };
        var verifier = new CitationVerifier(options.Value, isHeldToSource: run.Plan.Grounding?.Quotes == true);
        await foreach (var next in answer.WithCancellation(cancellationToken))
        {
            if (!cites) yield return next;
            else if (next is ChatDelta delta) yield return delta with { Text = Choice(delta.Choice).Push(delta.Text) };
            else if (next is ChatFinished finished)
            {
                var choice = Choice(finished.Choice);
                if (choice.Finish() is { Length: > 0 } rest) yield return new ChatDelta(finished.Choice, rest);
                Count(choice.Counts, run);
                yield return finished with { Citations = await ShowableAsync(choice, finished, run, cancellationToken) };
            }
            else yield return next;
        }

        CitedAnswer Choice(int index) => choices[index] ??= new CitedAnswer(source, verifier, options.Value.HeldCharsMax);
    }

    private void Count(CitationCounts counts, ChatRun run)
    {
        run.Citations += counts;
        run.Decide(
            "cite",
            $"{counts.Kept + counts.Moved} citations",
            new JsonObject { ["kept"] = counts.Kept, ["moved"] = counts.Moved, ["dropped"] = counts.Dropped });
        telemetry.CountCitations(counts);
    }

    // The guard has seen the answer, and with it every quote that the answer repeats. Other words of a source it has not seen.
    private async Task<IReadOnlyList<Citation>> ShowableAsync(
        CitedAnswer choice, ChatFinished finished, ChatRun run, CancellationToken cancellationToken)
    {
        if (finished.Reason == ChatFinishReason.ContentFilter) return [];
        List<Citation> citations = [];
        var answer = choice.Text;
        foreach (var citation in choice.Citations)
        {
            var mayShow = answer.Contains(citation.Quote, StringComparison.Ordinal)
                || await guard.MayShowAsync(citation.Quote, run, cancellationToken);
            citations.Add(mayShow ? citation : citation with { Quote = string.Empty });
        }

        return citations;
    }
}
