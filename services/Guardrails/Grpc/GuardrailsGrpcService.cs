using Grpc.Core;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Guardrails.Checks;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Telemetry;

namespace Millrace.Guardrails.Grpc;

/// <summary>The contract over <see cref="Guard"/>.</summary>
internal sealed partial class GuardrailsGrpcService(
    Guard guard, Judges judges, PolicyCatalog policies, TimeProvider time, ILogger<GuardrailsGrpcService> logger)
    : GuardrailsService.GuardrailsServiceBase
{
    public override async Task<CheckInputResponse> CheckInput(CheckInputRequest request, ServerCallContext context)
    {
        var check = request.ToCheck();
        var topics = await judges.Topics.CheckAsync(check, context.CancellationToken);
        var response = guard.CheckInput(check with { Topics = topics }).ToWire();
        if (response.Action == GuardAction.Block)
            GuardrailsLog.InputBlocked(logger, response.PolicyVersion, BlockingRule(response.Findings));
        return response;
    }

    public override Task<CheckOutputResponse> CheckOutput(CheckOutputRequest request, ServerCallContext context)
    {
        var result = guard.CheckOutput(request.ToContext(), request.Text);
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

    public override Task<ExplainResponse> Explain(ExplainRequest request, ServerCallContext context)
    {
        var start = time.GetTimestamp();
        var (policy, check) = guard.Explain(Requests.TenantOf(request.Tenant), request.Policy, request.Text, request.ScopeOf());
        var response = new ExplainResponse
        {
            Action = check.Action.ToWire(),
            Text = check.Text,
            Policy = policy.Name,
            PolicyVersion = policy.Version,
            DurationUs = (ulong)time.GetElapsedTime(start).TotalMicroseconds,
        };
        response.Findings.AddRange(check.Findings.ToWire());
        return Task.FromResult(response);
    }

    public override Task<ListPoliciesResponse> ListPolicies(ListPoliciesRequest request, ServerCallContext context)
    {
        var (tenant, set) = (Requests.TenantOf(request.Tenant), policies.Current);
        var response = new ListPoliciesResponse();
        response.Policies.AddRange(set.Of(tenant).Select(policy => new PolicySummary
        {
            Name = policy.Name,
            Version = policy.Version,
            IsDefault = policy.Name.Equals(set.DefaultOf(tenant), StringComparison.OrdinalIgnoreCase),
            DryRun = policy.Options.DryRun,
            Canary = policy.Options.Canary,
        }));
        return Task.FromResult(response);
    }

    public override Task<ModerateResponse> Moderate(ModerateRequest request, ServerCallContext context)
    {
        var (texts, policy) = judges.Moderator.Score(Requests.TenantOf(request.Tenant), request.Policy, request.Texts);
        var response = new ModerateResponse { PolicyVersion = policy.Version };
        response.Texts.AddRange(texts.Select(scores => scores.ToWire()));
        return Task.FromResult(response);
    }

    public override Task<CheckGroundingResponse> CheckGrounding(CheckGroundingRequest request, ServerCallContext context) =>
        Task.FromResult(judges.Grounding.Check(request.ToAnswer(), context.CancellationToken).ToWire());

    // A passage that was kept back blocks nothing else, so the last finding that blocks may be none of its.
    private static string BlockingRule(IEnumerable<Contracts.Guardrails.V1.Finding> findings) =>
        findings.LastOrDefault(finding => finding is { Action: GuardAction.Block, DryRun: false })?.Rule ?? string.Empty;
}
