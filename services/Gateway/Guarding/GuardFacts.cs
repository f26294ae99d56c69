using System.Text.Json.Nodes;
using Millrace.Contracts.Guardrails.V1;

namespace Millrace.Gateway.Guarding;

/// <summary>What is told of a guard's decision: the policy and which rules found something, and not what they found.</summary>
internal static class GuardFacts
{
    /// <summary>An action as it is told.</summary>
    public static string NameOf(GuardAction action) => action.ToString().ToLowerInvariant();

    /// <summary>The facts of a decision.</summary>
    public static JsonObject Of(string policy, IEnumerable<Finding> findings) => new()
    {
        ["policy"] = policy.Length > 0 ? policy : "default",
        ["rules"] = new JsonArray([.. findings.Select(finding => (JsonNode)finding.Rule).DistinctBy(rule => rule.GetValue<string>())]),
    };
}
