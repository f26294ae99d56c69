using Google.Protobuf;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Guardrails.Checks;
using Millrace.Guardrails.Policies;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Guardrails.Grpc;

/// <summary>Requests as they travel, and as the checks take them.</summary>
internal static class Requests
{
    /// <summary>Whose rules apply: those of the tenant that is named, else the caller's.</summary>
    public static string TenantOf(string named) => named.Length > 0 ? named : CallContext.Current.Tenant;

    public static InputCheck ToCheck(this CheckInputRequest request) => new(TenantOf(request.Tenant), request.Policy, request.Texts)
    {
        Scopes = [.. request.Sources.Select(ToScope)], Pseudonyms = request.Pseudonyms.Memory,
    };

    public static OutputContext ToContext(this CheckOutputRequest request) => new(TenantOf(request.Tenant), request.Policy)
    {
        Pseudonyms = request.Pseudonyms.Memory, ProtectedTexts = request.ProtectedTexts, Canary = request.Canary,
    };

    public static OutputContext ToContext(this FilterStart start) => new(TenantOf(start.Tenant), start.Policy)
    {
        Pseudonyms = start.Pseudonyms.Memory, ProtectedTexts = start.ProtectedTexts, Canary = start.Canary, IsJson = start.Json,
    };

    public static RuleScope ScopeOf(this ExplainRequest request) =>
        request.Direction == Contracts.Guardrails.V1.GuardDirection.Output ? RuleScope.Output : request.Source.ToScope();

    public static CheckInputResponse ToWire(this CheckResult result)
    {
        var response = new CheckInputResponse { Action = result.Action.ToWire(), PolicyVersion = result.PolicyVersion };
        for (var i = 0; i < result.Texts.Count; i++) response.Findings.AddRange(result.Texts[i].Findings.ToWire(i));
        if (result.Action == RuleAction.Block) return response;

        response.Texts.AddRange(result.Texts.Select(text => text.Text));
        response.Quarantined.AddRange(result.Quarantined.Select(index => (uint)index));
        response.Pseudonyms = UnsafeByteOperations.UnsafeWrap(result.Pseudonyms);
        response.Canary = result.Canary;
        if (result.Canary.Length > 0) response.CanaryInstruction = Pseudonyms.Canary.InstructionOf(result.Canary);
        return response;
    }

    // A source that this version does not know is taken for the user's, whose texts are checked most.
    private static RuleScope ToScope(this TextSource source) => source switch
    {
        TextSource.System => RuleScope.System,
        TextSource.Assistant => RuleScope.Assistant,
        TextSource.Document or TextSource.Tool => RuleScope.Documents,
        _ => RuleScope.User,
    };
}
