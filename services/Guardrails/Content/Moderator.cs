using Millrace.Guardrails.Policies;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Content;

/// <summary>A category's verdict on a text.</summary>
/// <param name="Category">The category.</param>
/// <param name="Score">Score in [0, 1].</param>
/// <param name="IsFlagged">Whether the score reaches the policy's threshold.</param>
public sealed record ModerationScore(ContentCategory Category, float Score, bool IsFlagged);

/// <summary>Scores texts in every category, whatever a policy does about them. Safe for use by several threads.</summary>
public sealed class Moderator(PolicyCatalog policies)
{
    /// <summary>Scores texts.</summary>
    /// <param name="tenant">Whose policy.</param>
    /// <param name="policyName">Name of the policy; empty for the tenant's default policy.</param>
    /// <param name="texts">The texts.</param>
    /// <returns>Scores by text, in the order of <see cref="ContentCategories.All"/>, and the policy whose thresholds count.</returns>
    /// <exception cref="MillraceException">There is no such policy, there are too many texts, or one is too long.</exception>
    public (IReadOnlyList<IReadOnlyList<ModerationScore>> Texts, GuardPolicy Policy) Score(
        string tenant, string policyName, IReadOnlyList<string> texts)
    {
        var set = policies.Current;
        var policy = set.Get(tenant, policyName);
        if (texts.Count > set.Options.TextsMax)
            throw MillraceException.InvalidArgument(
                "texts", $"There are {texts.Count} texts, and {set.Options.TextsMax} may be moderated at once. Send fewer.");
        for (var i = 0; i < texts.Count; i++)
            if (texts[i].Length > policy.InputCharsMax)
                throw MillraceException.InvalidArgument(
                    $"texts[{i}]", $"'texts[{i}]' has {texts[i].Length} characters, and {policy.InputCharsMax} may be. Split it.");
        return ([.. texts.Select(text => Score(policy, text))], policy);
    }

    private static IReadOnlyList<ModerationScore> Score(GuardPolicy policy, string text)
    {
        var scores = new float[ContentCategories.All.Count];
        ContentScorer.Shared.ScoreText(text, scores);
        return [.. ContentCategories.All.Select((category, at) =>
            new ModerationScore(category, scores[at], scores[at] >= policy.Options.ScoreMinOf(category.Rule)))];
    }
}
