using Microsoft.Extensions.Options;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Guarding;

/// <summary>Step 4: has what goes into the model checked.</summary>
public sealed class InputGuard(
    GuardrailsService.GuardrailsServiceClient guardrails, IOptions<GatewayOptions> options, GatewayTelemetry telemetry)
{
    /// <summary>What a model reads in the place of a tool's result that it must not read.</summary>
    public const string Withheld = "(The result was withheld, because it contains instructions that are not the user's.)";

    /// <summary>Checks the messages of a request.</summary>
    /// <returns>The messages to use instead.</returns>
    /// <exception cref="MillraceException">The policy forbids them, or they could not be checked.</exception>
    public Task<IReadOnlyList<ChatTurn>> CheckAsync(ChatRun run, CancellationToken cancellationToken) =>
        CheckAsync(run, run.Plan.Request.Messages, cancellationToken);

    /// <summary>Checks what goes into a model for a request.</summary>
    /// <returns>The messages to use instead.</returns>
    /// <exception cref="MillraceException">The policy forbids them, or they could not be checked.</exception>
    public async Task<IReadOnlyList<ChatTurn>> CheckAsync(
        ChatRun run, IReadOnlyList<ChatTurn> messages, CancellationToken cancellationToken)
    {
        var policy = run.Plan.GuardPolicy;
        if (!run.Plan.IsGuarded) return messages;
        using var step = telemetry.Step("guard_input", run);
        try
        {
            var request = new CheckInputRequest
            {
                Policy = policy, Tenant = CallContext.Current.Tenant, Pseudonyms = run.Guard.Pseudonyms,
            };
            request.Texts.Add(GuardedTexts.Of(messages));
            request.Sources.Add(GuardedTexts.SourcesOf(messages));
            var decision = await guardrails.CheckInputAsync(request, cancellationToken: cancellationToken);
            run.Guard = GuardState.Of(decision);
            run.Decide("guard_input", GuardFacts.NameOf(decision.Action), GuardFacts.Of(policy, decision.Findings));
            return Apply(decision, messages);
        }
        catch (MillraceException error) when (GuardFailure.MayIgnore(error, options.Value, run))
        {
            return messages;
        }
    }

    private static IReadOnlyList<ChatTurn> Apply(CheckInputResponse decision, IReadOnlyList<ChatTurn> messages) => decision.Action switch
    {
        GuardAction.Block => throw Blocked(decision, messages),
        GuardAction.Modify => GuardedTexts.Replace(messages, Shown(decision)),
        _ when decision.Quarantined.Count > 0 => GuardedTexts.Replace(messages, Shown(decision)),
        _ => messages,
    };

    // A call keeps its result, or the chat would not be one that a model takes.
    private static List<string> Shown(CheckInputResponse decision)
    {
        List<string> texts = [.. decision.Texts];
        foreach (var index in decision.Quarantined) texts[(int)index] = Withheld;
        return texts;
    }

    private static MillraceException Blocked(CheckInputResponse decision, IReadOnlyList<ChatTurn> messages)
    {
        var findings = decision.Findings.Where(finding => finding.Action == GuardAction.Block).ToList();
        var rules = string.Join(", ", findings.Select(finding => finding.Rule).Distinct());
        return new MillraceException(
            Reason.GuardrailBlocked, $"The policy forbids this request ({rules}). Change the message and ask again.")
        {
            Param = findings.Count == 0 ? "messages" : GuardedTexts.PathOf(messages, (int)findings[0].TextIndex),
        };
    }
}
