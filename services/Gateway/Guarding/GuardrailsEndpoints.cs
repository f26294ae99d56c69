using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Api;

namespace Millrace.Gateway.Guarding;

/// <summary><c>/v1/guardrails</c>: which policies the caller's tenant has, and why one treats a text as it does.</summary>
internal sealed class GuardrailsEndpoints(
    GuardrailsService.GuardrailsServiceClient guardrails, IOptions<GatewayOptions> options, JsonBody json)
{
    public async Task<IResult> ExplainAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = GuardExplainReader.Read(body.RootElement);
        var own = options.Value.GuardPolicy;
        if (request.Policy.Length == 0 && own != GatewayOptions.NoGuard) request.Policy = own;

        var explained = await guardrails.ExplainAsync(request, cancellationToken: context.RequestAborted);
        var answer = new GuardExplanationJson(
            "guardrail.explanation",
            GuardFacts.NameOf(explained.Action),
            explained.Text,
            [.. explained.Findings.Select(Describe)],
            explained.Policy,
            explained.PolicyVersion,
            (long)explained.DurationUs);
        return ApiResults.Json(answer, GuardrailsJsonContext.Default.GuardExplanationJson);
    }

    public async Task<IResult> ListAsync(HttpContext context)
    {
        var listed = await guardrails.ListPoliciesAsync(new ListPoliciesRequest(), cancellationToken: context.RequestAborted);
        var answer = new GuardPoliciesJson("list", [.. listed.Policies.Select(
            policy => new GuardPolicyJson(policy.Name, policy.Version, policy.IsDefault, policy.DryRun, policy.Canary))]);
        return ApiResults.Json(answer, GuardrailsJsonContext.Default.GuardPoliciesJson);
    }

    private static GuardFindingJson Describe(Finding finding) => new(
        finding.Rule, GuardFacts.NameOf(finding.Action), (int)finding.Start, (int)finding.Length, finding.Score, finding.DryRun)
    {
        Detail = finding.Detail.Length > 0 ? finding.Detail : null,
        Evidence = finding.Evidence.Length > 0 ? finding.Evidence : null,
    };
}

internal sealed record GuardExplanationJson(
    string Object, string Action, string Text, GuardFindingJson[] Findings, string Policy, string PolicyVersion, long DurationUs);

internal sealed record GuardFindingJson(string Rule, string Action, int Start, int Length, float Score, bool DryRun)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Evidence { get; init; }
}

internal sealed record GuardPoliciesJson(string Object, GuardPolicyJson[] Data);

internal sealed record GuardPolicyJson(string Name, string Version, bool Default, bool DryRun, bool Canary);

/// <summary>Source-generated JSON of <c>/v1/guardrails</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(GuardExplanationJson))]
[JsonSerializable(typeof(GuardPoliciesJson))]
internal sealed partial class GuardrailsJsonContext : JsonSerializerContext;

/// <summary>Registers and maps <c>/v1/guardrails</c>.</summary>
internal static class GuardrailsApi
{
    public static void AddGuardrailsApi(this IServiceCollection services) => services.AddSingleton<GuardrailsEndpoints>();

    public static void MapGuardrailsApi(this IEndpointRouteBuilder v1)
    {
        v1.MapPost("/guardrails/explain", (HttpContext context, GuardrailsEndpoints guardrails) => guardrails.ExplainAsync(context));
        v1.MapGet("/guardrails/policies", (HttpContext context, GuardrailsEndpoints guardrails) => guardrails.ListAsync(context));
    }
}
