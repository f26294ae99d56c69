using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Injection.Decoding;

namespace Millrace.Guardrails.Injection;

/// <summary>What a text was found to be.</summary>
/// <param name="Score">Probability of an attack, in [0, 1].</param>
/// <param name="Family">The likeliest family, an index into <see cref="InjectionFamilies.Rules"/>.</param>
/// <param name="Request">Probability that it asks an assistant for something.</param>
/// <param name="Decoder">What it was hidden by; null when it was not.</param>
internal readonly record struct InjectionVerdict(float Score, int Family, float Request, string? Decoder);

/// <summary>
/// Judges texts: as they are, in parts when they are long, and as what they hide. What decodes to a text that hides another is read once
/// more, and no deeper. Immutable.
/// </summary>
internal sealed class InjectionJudge(InjectionScorer scorer)
{
    private const int DepthMax = 2;

    // Of plain sentences one in twenty is taken to be an attack, of hidden ones one in three: the odds are 9.5 times as high.
    private const float HiddenOdds = 9.5f;

    // An attack within a long sentence is judged with its neighbourhood alone as well.
    private const int WindowChars = 160;
    private const int WindowStep = 80;

    private static readonly Lazy<InjectionJudge> Shared = new(() => new InjectionJudge(InjectionScorer.Default));

    /// <summary>The one with the models of this service.</summary>
    public static InjectionJudge Default => Shared.Value;

    /// <summary>Judges a sentence.</summary>
    /// <param name="sentence">The sentence; at most <see cref="InjectionScorer.CharsMax"/> characters.</param>
    public InjectionVerdict Judge(ReadOnlySpan<char> sentence) => Judge(sentence, depth: 0);

    private InjectionVerdict Judge(ReadOnlySpan<char> sentence, int depth)
    {
        if (sentence.Length > InjectionScorer.CharsMax) sentence = sentence[..InjectionScorer.CharsMax];
        sentence = Repeats.Cut(sentence);
        var worst = JudgeWindows(sentence, Score(sentence));
        if (depth > 0) worst = worst with { Score = Math.Max(worst.Score, InjectionPhrases.ScoreOf(sentence)) };
        if (depth == DepthMax) return worst;

        foreach (var decoder in Decoders.All)
            if (decoder.Decode(sentence) is { } hidden)
                worst = Worse(worst, Hidden(JudgeHidden(hidden, depth + 1), decoder));
        return worst;
    }

    private static InjectionVerdict Hidden(InjectionVerdict verdict, Decoder decoder) => verdict with
    {
        Score = verdict.Score * HiddenOdds / (1 + (verdict.Score * (HiddenOdds - 1))),
        Decoder = verdict.Decoder ?? decoder.Name,
    };

    // What was decoded has sentences of its own.
    private InjectionVerdict JudgeHidden(ReadOnlySpan<char> text, int depth)
    {
        var worst = default(InjectionVerdict);
        while (SentenceEnd.Find(text, isEnd: true) is var length and > 0)
        {
            worst = Worse(worst, Judge(text[..length].Trim(), depth));
            text = text[length..].TrimStart();
        }

        return worst;
    }

    private InjectionVerdict JudgeWindows(ReadOnlySpan<char> sentence, InjectionVerdict whole)
    {
        for (var at = 0; sentence.Length > WindowChars && at + WindowStep < sentence.Length; at += WindowStep)
        {
            var window = sentence[at..Math.Min(sentence.Length, at + WindowChars)];
            whole = Worse(whole, Score(window) with { Request = whole.Request });
        }

        return whole;
    }

    private InjectionVerdict Score(ReadOnlySpan<char> text)
    {
        Span<float> probabilities = stackalloc float[InjectionFamilies.Labels.Count];
        scorer.Score(text, probabilities);
        return new InjectionVerdict(
            probabilities[InjectionFamilies.Attack],
            InjectionFamilies.MostLikely(probabilities),
            probabilities[InjectionFamilies.Request],
            Decoder: null);
    }

    private static InjectionVerdict Worse(InjectionVerdict one, InjectionVerdict other) =>
        other.Score > one.Score ? other with { Request = Math.Max(one.Request, other.Request) } : one;
}
