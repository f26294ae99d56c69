using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Content;

/// <summary>
/// Finds harmful content sentence by sentence, a rule for each category. Of what scores below <see cref="ScoreMin"/> nothing is said; from
/// there on a policy's thresholds decide.
/// </summary>
internal sealed class ContentDetector(ContentScorer scorer) : SentenceDetector
{
    /// <summary>Score from which a category is reported.</summary>
    public const float ScoreMin = 0.5f;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Rules { get; } = [.. ContentCategories.All.Select(category => category.Rule)];

    /// <inheritdoc/>
    public override void Judge(ReadOnlySpan<char> sentence, ICandidates found)
    {
        Span<float> scores = stackalloc float[ContentCategories.All.Count];
        scorer.ScoreSentence(sentence, scores);
        for (var rule = 0; rule < scores.Length; rule++)
            if (scores[rule] >= ScoreMin) found.Add(rule, 0, sentence.Length, scores[rule]);
    }
}
