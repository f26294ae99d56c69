using System.Text.Json.Nodes;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Explaining;

/// <summary>What is told of a plan.</summary>
internal static class PlanFacts
{
    /// <summary>The facts of a plan.</summary>
    public static JsonObject Of(ChatPlan plan) => new()
    {
        ["asked_for"] = plan.Request.Model,
        ["assistant"] = plan.Request.Model != plan.Model.Name,
        ["context_tokens_max"] = plan.Model.ContextTokensMax,
        ["tokens_max"] = plan.TokensMax,
        ["temperature"] = plan.Sampling.Temperature,
        ["prompt"] = plan.Prompt is { } prompt ? $"{prompt.Name}.{prompt.Version}" : null,
        ["preset"] = plan.Preset is { } preset ? $"{preset.Name}.{preset.Version}" : null,
        ["guard_policy"] = plan.GuardPolicy,
        ["fallbacks"] = new JsonArray([.. plan.Fallbacks.Select(name => (JsonNode)name)]),
        ["instead_of"] = plan.InsteadOf,
        ["grounding"] = plan.Grounding?.Mode.ToString().ToLowerInvariant(),
        ["tools"] = plan.Request.Tools.Count,
        ["response_format"] = plan.Request.ResponseFormat is { } format ? format.Schema is null ? "json_object" : "json_schema" : null,
        ["small_talk"] = plan.Grounding?.IsSmallTalk ?? false,
    };
}
