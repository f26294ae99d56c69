using Grpc.Core;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Guardrails.Checks;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Telemetry;

namespace Millrace.Guardrails.Grpc;

/// <summary>The contract over <see cref="Guard"/>.</summary>
internal sealed class GuardrailsGrpcService(Guard guard, ILogger<GuardrailsGrpcService> logger) : GuardrailsService.GuardrailsServiceBase
{
    public override Task<CheckInputResponse> CheckInput(CheckInputRequest request, ServerCallContext context)
    {
        var result = guard.CheckInput(request.Policy, request.Texts);
        var response = new CheckInputResponse { Action = result.Action.ToWire(), PolicyVersion = result.PolicyVersion };
        for (var i = 0; i < result.Texts.Count; i++) response.Findings.AddRange(result.Texts[i].Findings.ToWire(i));
        if (result.Action == RuleAction.Block) GuardrailsLog.InputBlocked(logger, result.PolicyVersion, BlockingRule(response.Findings));
        else response.Texts.AddRange(result.Texts.Select(text => text.Text));
        return Task.FromResult(response);
    }

    public override Task<CheckOutputResponse> CheckOutput(CheckOutputRequest request, ServerCallContext context)
    {
        var result = guard.CheckOutput(request.Policy, request.Text);
        var check = result.Texts[0];
        var response = new CheckOutputResponse { Action = check.Action.ToWire(), Text = check.Text, PolicyVersion = result.PolicyVersion };
        response.Findings.AddRange(check.Findings.ToWire());
        if (check.Action == RuleAction.Block) GuardrailsLog.OutputBlocked(logger, result.PolicyVersion, BlockingRule(response.Findings));
        return Task.FromResult(response);
    }

    public override async Task FilterOutput(
        IAsyncStreamReader<FilterOutputRequest> requestStream,
        IServerStreamWriter<FilterOutputResponse> responseStream,
        ServerCallContext context)
    {
        var filter = await FilterOutputStream.RunAsync(guard, requestStream, responseStream, context.CancellationToken);
        if (filter.IsBlocked) GuardrailsLog.OutputBlocked(logger, filter.PolicyVersion, BlockingRule(filter.Findings.ToWire()));
    }

    private static string BlockingRule(IEnumerable<Contracts.Guardrails.V1.Finding> findings) =>
        findings.LastOrDefault(finding => finding.Action == GuardAction.Block)?.Rule ?? string.Empty;
}
