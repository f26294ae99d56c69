using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Guarding;

/// <summary>Step 11: has what comes out of the model checked while it is being written, each choice for itself.</summary>
public sealed class OutputGuard(
    GuardrailsService.GuardrailsServiceClient guardrails,
    IOptions<GatewayOptions> options,
    ClearedTexts cleared,
    TimeProvider time,
    GatewayTelemetry telemetry)
{
    /// <summary>Filters an answer.</summary>
    /// <exception cref="MillraceException">The answer could not be checked.</exception>
    public IAsyncEnumerable<ChatEvent> FilterAsync(
        IAsyncEnumerable<ChatEvent> answer, ChatRun run, CancellationToken cancellationToken) =>
        run.Plan.IsGuarded ? CheckedAsync(answer, run, cancellationToken) : answer;

    private async IAsyncEnumerable<ChatEvent> CheckedAsync(
        IAsyncEnumerable<ChatEvent> answer, ChatRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var step = telemetry.Step("guard_output", run);
        var choices = new GuardedChoice?[run.Plan.Request.ChoiceCount];
        try
        {
            await foreach (var next in answer.WithCancellation(cancellationToken))
            {
                if (next is ChatDelta delta)
                    foreach (var safe in await Choice(choices, delta.Choice, run, cancellationToken).PushAsync(delta)) yield return safe;
                else if (next is ChatToolCallDelta call)
                    foreach (var safe in await Choice(choices, call.Choice, run, cancellationToken).PushAsync(call)) yield return safe;
                else if (next is ChatFinished finished)
                    foreach (var safe in await Choice(choices, finished.Choice, run, cancellationToken).FinishAsync(finished))
                        yield return safe;
                else yield return next;

                // Nobody needs the rest of an answer of which every choice is blocked.
                if (choices.All(choice => choice is { IsBlocked: true })) yield break;
            }
        }
        finally
        {
            foreach (var choice in choices) choice?.Dispose();
        }
    }

    /// <summary>Whether a text from a source may be shown beside an answer.</summary>
    public async Task<bool> MayShowAsync(string text, ChatRun run, CancellationToken cancellationToken)
    {
        if (!run.Plan.IsGuarded) return true;
        var tenant = CallContext.Current.Tenant;
        var key = cleared.KeyOf(new ClearanceScope(tenant, run.Plan.GuardPolicy, run.Guard.PolicyVersion, IsOutput: true), text);
        if (cleared.Contains(key)) return true;
        try
        {
            var request = new CheckOutputRequest { Policy = run.Plan.GuardPolicy, Text = text, Tenant = tenant };
            var decision = await guardrails.CheckOutputAsync(request, cancellationToken: cancellationToken);
            if (decision.Action == GuardAction.Allow) cleared.Add(key);
            return decision.Action is GuardAction.Allow or GuardAction.Flag;
        }
        catch (MillraceException error) when (GuardFailure.MayIgnore(error, options.Value, run))
        {
            return true;
        }
    }

    private GuardedChoice Choice(GuardedChoice?[] choices, int index, ChatRun run, CancellationToken cancellationToken) =>
        choices[index] ??= new GuardedChoice(isJson => new FilteredChoice(
            () => guardrails.FilterOutput(cancellationToken: cancellationToken), run, options.Value, time, cancellationToken)
        {
            IsJson = isJson,
        });
}
