using System.Collections.Frozen;

namespace Millrace.Gateway.Moderation;

/// <summary>
/// OpenAI's categories, and which of the platform's rules speak of each. A rule of the guard that is named <c>content.</c> and a category
/// reports that category; other rules, such as those of personal data, are reported in the <c>millrace</c> field alone.
/// </summary>
internal static class ModerationCategories
{
    private static readonly FrozenDictionary<string, string> Rules = new Dictionary<string, string>
    {
        ["content.harassment"] = "harassment",
        ["content.harassment_threatening"] = "harassment/threatening",
        ["content.hate"] = "hate",
        ["content.hate_threatening"] = "hate/threatening",
        ["content.illicit"] = "illicit",
        ["content.illicit_violent"] = "illicit/violent",
        ["content.self_harm"] = "self-harm",
        ["content.self_harm_instructions"] = "self-harm/instructions",
        ["content.self_harm_intent"] = "self-harm/intent",
        ["content.sexual"] = "sexual",
        ["content.sexual_minors"] = "sexual/minors",
        ["content.violence"] = "violence",
        ["content.violence_graphic"] = "violence/graphic",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The categories, by name.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Rules.Values.Order(StringComparer.Ordinal)];

    /// <summary>The category that a rule speaks of; null for none.</summary>
    public static string? Of(string rule) => Rules.GetValueOrDefault(rule);
}
