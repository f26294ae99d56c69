using Millrace.Guardrails.Classification;
using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Injection;

/// <summary>
/// Scores one piece of text for being an attack: the patterns that fit and the similarity to known attacks are told to the classifier,
/// which reads the text itself and gives one calibrated probability. Immutable; nothing is allocated.
/// </summary>
internal sealed class InjectionScorer(TextClassifier classifier, KnownAttacks known)
{
    /// <summary>Longest text that is scored at once; of a longer one the start is.</summary>
    public const int CharsMax = SentenceDetector.SentenceCharsMax;

    /// <summary>Value of a pattern or a likeness beside the words of a text.</summary>
    public const float KnownValue = 0.1f;

    private static readonly ulong[] PatternHashes = [.. AttackPatterns.All.Select(pattern => TextFeatures.HashOf(pattern.Name))];
    private static readonly (float Min, ulong Hash)[] Similarities =
        [.. new[] { 0.3f, 0.4f, 0.5f, 0.6f, 0.75f, 0.9f }.Select((min, step) => (min, TextFeatures.HashOf($"similar{step}")))];

    private static readonly Lazy<InjectionScorer> Shared =
        new(() => new InjectionScorer(TextClassifier.LoadResource("injection.bin", KnownValue), KnownAttacks.LoadResource()));

    /// <summary>The one with the models of this service.</summary>
    public static InjectionScorer Default => Shared.Value;

    /// <summary>Scores a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="probabilities">Takes a probability for each of <see cref="InjectionFamilies.Labels"/>.</param>
    public void Score(ReadOnlySpan<char> text, Span<float> probabilities)
    {
        if (text.Length > CharsMax) text = text[..CharsMax];
        Span<char> folded = stackalloc char[CharsMax];
        folded = folded[..text.Length];
        FoldedText.Fold(text, folded);

        if (!SentenceWords.HasTwo(folded))
        {
            // One word orders nothing; what is hidden in it was decoded before.
            probabilities.Clear();
            return;
        }

        Span<ulong> evidence = stackalloc ulong[EvidenceMax];
        var count = ReadEvidence(folded, known, except: -1, evidence);
        classifier.Score(folded, evidence[..count], probabilities);
    }

    /// <summary>Most pieces of evidence of one text.</summary>
    public static int EvidenceMax => PatternHashes.Length + Similarities.Length;

    /// <summary>What is known of a text beside its words, as features. Training asks the same.</summary>
    /// <param name="folded">The text, folded.</param>
    /// <param name="known">The known attacks.</param>
    /// <param name="except">A known attack that does not count, or -1.</param>
    /// <param name="evidence">Takes the features.</param>
    /// <returns>Their number.</returns>
    public static int ReadEvidence(ReadOnlySpan<char> folded, KnownAttacks known, int except, Span<ulong> evidence)
    {
        Span<Concepts> meanings = stackalloc Concepts[CharsMax];
        var words = meanings[..SentenceWords.Read(folded, meanings, out var all)];
        var count = 0;
        for (var i = 0; i < PatternHashes.Length; i++)
            if (AttackPatterns.All[i].MayFit(all) && AttackPatterns.All[i].Fits(words)) evidence[count++] = PatternHashes[i];

        var similarity = known.SimilarityOf(folded, except);
        foreach (var (min, hash) in Similarities)
            if (similarity >= min) evidence[count++] = hash;
        return count;
    }
}
