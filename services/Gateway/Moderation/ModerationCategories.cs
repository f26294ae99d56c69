namespace Millrace.Gateway.Moderation;

/// <summary>
/// OpenAI's categories, each of which every result has. Guardrails scores them; what its other rules find, such as personal data, is
/// reported in the <c>millrace</c> field alone.
/// </summary>
internal static class ModerationCategories
{
    /// <summary>The categories, by name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
        "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
    ];
}
