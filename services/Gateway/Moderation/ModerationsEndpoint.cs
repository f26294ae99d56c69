using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Api;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Gateway.Moderation;

/// <summary>
/// <c>POST /v1/moderations</c>: how texts score in each category, and what the guard policy says of them, without doing anything with them.
/// </summary>
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
        var moderate = new ModerateRequest { Policy = policy, Texts = { inputs } };
        var check = new CheckInputRequest { Policy = policy, Texts = { inputs } };
        using var moderating = guardrails.ModerateAsync(moderate, cancellationToken: context.RequestAborted);
        var decision = await guardrails.CheckInputAsync(check, cancellationToken: context.RequestAborted);
        var moderated = await moderating;
        var results = Enumerable.Range(0, inputs.Count).Select(index => Result(
            moderated.Texts[index].Categories, [.. decision.Findings.Where(finding => finding.TextIndex == index)]));
        var answer = new ModerationJson($"modr-{CallContext.Current.RequestId}", Model, [.. results], new(decision.PolicyVersion));
        return ApiResults.Json(answer, ModerationJsonContext.Default.ModerationJson);
    }

    private static ModerationResultJson Result(IEnumerable<CategoryScore> categories, Finding[] findings)
    {
        var verdicts = ModerationCategories.All.ToDictionary(category => category, category => new CategoryScore { Category = category });
        foreach (var verdict in categories) verdicts[verdict.Category] = verdict;
        return new ModerationResultJson(
            verdicts.Values.Any(verdict => verdict.Flagged) || findings.Any(IsFlagged),
            verdicts.ToDictionary(entry => entry.Key, entry => entry.Value.Flagged),
            verdicts.ToDictionary(entry => entry.Key, entry => entry.Value.Score),
            verdicts.ToDictionary(entry => entry.Key, _ => Text),
            new ModerationFindingsJson([.. findings.Select(Describe)]));
    }

    private static bool IsFlagged(Finding finding) => finding is { Action: not GuardAction.Allow, DryRun: false };

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
