namespace Millrace.Guardrails.Content;

/// <summary>A category of moderation.</summary>
/// <param name="Rule">The rule that finds it, such as <c>content.self_harm_intent</c>.</param>
/// <param name="Category">Its name at the API, such as <c>self-harm/intent</c>.</param>
/// <param name="Parent">Index of the category that it is a part of; -1 for none.</param>
public sealed record ContentCategory(string Rule, string Category, int Parent = -1)
{
    /// <summary>Kinds of words of which a text of this category has at least one; none when it can be said in any words.</summary>
    internal WordKinds Needed { get; init; }

    /// <summary>Its name in training data: the rule without its family.</summary>
    public string Label => Rule[ContentCategories.Family.Length..];
}

/// <summary>The categories, in a fixed order. A part of a category has no higher score than the whole.</summary>
public static class ContentCategories
{
    /// <summary>What the rules of content begin with.</summary>
    public const string Family = "content.";

    private const WordKinds Abuse = WordKinds.Profanity | WordKinds.Insult | WordKinds.Slur;
    private const WordKinds People = WordKinds.Group | WordKinds.Slur | WordKinds.Dehumanising;
    private const WordKinds Arousing = WordKinds.Explicit | WordKinds.Intimate | WordKinds.Lewd | WordKinds.Profanity;
    private const WordKinds Hurting = WordKinds.Violence | WordKinds.Gore | WordKinds.Weapon;

    /// <summary>All categories; each behind the one that it is a part of.</summary>
    public static IReadOnlyList<ContentCategory> All { get; } =
    [
        new("content.harassment", "harassment") { Needed = Abuse | Hurting | WordKinds.You },
        new("content.harassment_threatening", "harassment/threatening", Parent: 0) { Needed = Hurting | WordKinds.You },
        new("content.hate", "hate") { Needed = People },
        new("content.hate_threatening", "hate/threatening", Parent: 2) { Needed = People },
        new("content.illicit", "illicit"),
        new("content.illicit_violent", "illicit/violent", Parent: 4),
        new("content.self_harm", "self-harm"),
        new("content.self_harm_instructions", "self-harm/instructions", Parent: 6),
        new("content.self_harm_intent", "self-harm/intent", Parent: 6),
        new("content.sexual", "sexual") { Needed = Arousing },
        new("content.sexual_minors", "sexual/minors", Parent: 9) { Needed = Arousing },
        new("content.violence", "violence") { Needed = Hurting },
        new("content.violence_graphic", "violence/graphic", Parent: 11) { Needed = Hurting },
    ];
}
