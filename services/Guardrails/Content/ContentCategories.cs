namespace Millrace.Guardrails.Content;

/// <summary>A category of moderation.</summary>
/// <param name="Rule">The rule that finds it, such as <c>content.self_harm_intent</c>.</param>
/// <param name="Category">Its name at the API, such as <c>self-harm/intent</c>.</param>
/// <param name="Parent">Index of the category that it is a part of; -1 for none.</param>
public sealed record ContentCategory(string Rule, string Category, int Parent = -1)
{
    /// <summary>Its name in training data: the rule without its family.</summary>
    public string Label => Rule[ContentCategories.Family.Length..];
}

/// <summary>The categories, in a fixed order. A part of a category has no higher score than the whole.</summary>
public static class ContentCategories
{
    /// <summary>What the rules of content begin with.</summary>
    public const string Family = "content.";

    /// <summary>All categories; each behind the one that it is a part of.</summary>
    public static IReadOnlyList<ContentCategory> All { get; } =
    [
        new("content.harassment", "harassment"),
        new("content.harassment_threatening", "harassment/threatening", Parent: 0),
        new("content.hate", "hate"),
        new("content.hate_threatening", "hate/threatening", Parent: 2),
        new("content.illicit", "illicit"),
        new("content.illicit_violent", "illicit/violent", Parent: 4),
        new("content.self_harm", "self-harm"),
        new("content.self_harm_instructions", "self-harm/instructions", Parent: 6),
        new("content.self_harm_intent", "self-harm/intent", Parent: 6),
        new("content.sexual", "sexual"),
        new("content.sexual_minors", "sexual/minors", Parent: 9),
        new("content.violence", "violence"),
        new("content.violence_graphic", "violence/graphic", Parent: 11),
    ];
}
