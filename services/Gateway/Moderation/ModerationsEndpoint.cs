using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Api;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Gateway.Moderation;

/// <summary><c>POST /v1/moderations</c>: what the guard policy says of texts, without doing anything with them.</summary>
internal sealed class ModerationsEndpoint(
    GuardrailsService.GuardrailsServiceClient guardrails, IOptions<GatewayOptions> options, JsonBody json)
{
    private const string Model = "millrace-guardrails";
    private static readonly string[] Text = ["text"];

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var inputs = ModerationRequestReader.Read(body.RootElement);
        var policy = options.Value.GuardPolicy == GatewayOptions.NoGuard ? string.Empty : options.Value.GuardPolicy;
        var request = new CheckInputRequest { Policy = policy, Texts = { inputs } };
        var decision = await guardrails.CheckInputAsync(request, cancellationToken: context.RequestAborted);
        var results = Enumerable.Range(0, inputs.Count).Select(
            index => Result([.. decision.Findings.Where(finding => finding.TextIndex == index)]));
        var answer = new ModerationJson($"modr-{CallContext.Current.RequestId}", Model, [.. results], new(decision.PolicyVersion));
        return ApiResults.Json(answer, ModerationJsonContext.Default.ModerationJson);
    }

    private static ModerationResultJson Result(Finding[] findings)
    {
        var scores = ModerationCategories.All.ToDictionary(category => category, _ => 0f);
        foreach (var finding in findings)
            if (ModerationCategories.Of(finding.Rule) is { } category) scores[category] = Math.Max(scores[category], finding.Score);
        return new ModerationResultJson(
            findings.Any(finding => finding.Action is not GuardAction.Allow),
            scores.ToDictionary(entry => entry.Key, entry => entry.Value > 0),
            scores,
            scores.ToDictionary(entry => entry.Key, _ => Text),
            new ModerationFindingsJson([.. findings.Select(Describe)]));
    }

    private static ModerationFindingJson Describe(Finding finding) => new(
        finding.Rule, finding.Action.ToString().ToLowerInvariant(), (int)finding.Start, (int)finding.Length, finding.Score);
}

internal sealed record ModerationJson(string Id, string Model, ModerationResultJson[] Results, ModerationPolicyJson Millrace);

internal sealed record ModerationPolicyJson(string PolicyVersion);

internal sealed record ModerationResultJson(
    bool Flagged,
    Dictionary<string, bool> Categories,
    Dictionary<string, float> CategoryScores,
    Dictionary<string, string[]> CategoryAppliedInputTypes,
    ModerationFindingsJson Millrace);

internal sealed record ModerationFindingsJson(ModerationFindingJson[] Findings);

internal sealed record ModerationFindingJson(string Rule, string Action, int Start, int Length, float Score);

/// <summary>Source-generated JSON of moderations.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModerationJson))]
internal sealed partial class ModerationJsonContext : JsonSerializerContext;

/// <summary>Registers and maps moderations.</summary>
internal static class ModerationServices
{
    public static void AddModerations(this IServiceCollection services) => services.AddSingleton<ModerationsEndpoint>();

    public static void MapModerations(this IEndpointRouteBuilder v1) =>
        v1.MapPost("/moderations", (HttpContext context, ModerationsEndpoint moderations) => moderations.HandleAsync(context));
}
