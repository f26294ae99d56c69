using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Guarding;

/// <summary>
/// Step 7, its end: has what was found checked before a model reads it. A passage with instructions for the model in it is left out, and
/// the answer is made from the others. What a version of the policy let pass is not asked about again.
/// </summary>
public sealed class PassageGuard(
    GuardrailsService.GuardrailsServiceClient guardrails,
    IOptions<GatewayOptions> options,
    ClearedTexts cleared,
    GatewayTelemetry telemetry)
{
    /// <summary>Checks passages.</summary>
    /// <returns>Those that may be shown to the model, numbered anew.</returns>
    /// <exception cref="MillraceException">They could not be checked.</exception>
    public async Task<RetrievedContext?> CheckAsync(ChatRun run, RetrievedContext? context, CancellationToken cancellationToken)
    {
        if (context is not { Passages.Count: > 0 } || !run.Plan.IsGuarded) return context;
        var scope = new ClearanceScope(CallContext.Current.Tenant, run.Plan.GuardPolicy, run.Guard.PolicyVersion, IsOutput: false);
        List<Asked> asked = [.. context.Passages.Select(passage => new Asked(passage, cleared.KeyOf(scope, TextOf(passage))))];
        var unknown = asked.Where(one => !cleared.Contains(one.Key)).ToList();
        if (unknown.Count == 0) return context;

        using var step = telemetry.Step("guard_passages", run);
        try
        {
            var verdicts = await AskAsync(run, unknown, cancellationToken);
            var kept = context.Passages.Select(passage => verdicts.GetValueOrDefault(passage, passage)).OfType<RetrievedPassage>();
            return new RetrievedContext([.. kept.Select((passage, index) => passage with { Number = index + 1 })]);
        }
        catch (MillraceException error) when (GuardFailure.MayIgnore(error, options.Value, run))
        {
            return context;
        }
    }

    // Passages that change: null for those that must not be shown.
    private async Task<Dictionary<RetrievedPassage, RetrievedPassage?>> AskAsync(
        ChatRun run, List<Asked> unknown, CancellationToken cancellationToken)
    {
        var request = new CheckInputRequest
        {
            Policy = run.Plan.GuardPolicy, Tenant = CallContext.Current.Tenant, Pseudonyms = run.Guard.Pseudonyms,
        };
        request.Texts.Add(unknown.Select(one => TextOf(one.Passage)));
        request.Sources.Add(unknown.Select(_ => TextSource.Document));
        var decision = await guardrails.CheckInputAsync(request, cancellationToken: cancellationToken);

        run.Guard = run.Guard with { Pseudonyms = decision.Pseudonyms };
        Tell(run, decision, unknown);
        var quarantined = decision.Quarantined.ToHashSet();
        Dictionary<RetrievedPassage, RetrievedPassage?> changed = [];
        for (var i = 0; i < unknown.Count; i++)
        {
            var passage = unknown[i].Passage;
            if (decision.Action == GuardAction.Block || quarantined.Contains((uint)i)) changed[passage] = null;
            else if (decision.Texts[i] != request.Texts[i]) changed[passage] = With(passage, decision.Texts[i]);
            else cleared.Add(unknown[i].Key);
        }

        return changed;
    }

    private static void Tell(ChatRun run, CheckInputResponse decision, List<Asked> unknown)
    {
        var facts = GuardFacts.Of(run.Plan.GuardPolicy, decision.Findings);
        facts["checked"] = unknown.Count;
        facts["quarantined"] = new JsonArray([.. decision.Quarantined.Select(index => (JsonNode)unknown[(int)index].Passage.DocumentId)]);
        run.Decide("guard_passages", decision.Quarantined.Count > 0 ? "quarantine" : GuardFacts.NameOf(decision.Action), facts);
    }

    // The title is shown to the model as well.
    private static string TextOf(RetrievedPassage passage) => $"{passage.Title}\n\n{passage.Text}";

    private static RetrievedPassage With(RetrievedPassage passage, string text)
    {
        var border = text.IndexOf("\n\n", StringComparison.Ordinal);
        return border < 0
            ? passage with { Title = string.Empty, Text = text, Shown = text }
            : passage with { Title = text[..border], Text = text[(border + 2)..], Shown = text[(border + 2)..] };
    }

    private readonly record struct Asked(RetrievedPassage Passage, UInt128? Key);
}
