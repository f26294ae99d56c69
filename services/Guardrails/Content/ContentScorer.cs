using Millrace.Guardrails.Classification;
using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Content;

/// <summary>Scores texts in every category of moderation. Safe for use by several threads.</summary>
internal sealed class ContentScorer
{
    /// <summary>Name of the model.</summary>
    public const string Model = "content.bin";

    // A child and pornography, and nothing that speaks soberly of it: no use is known.
    private const float MinorsScoreMin = 0.9f;

    // What a category cannot do without is not there: the classifier's guess, from words that it does not know, counts half.
    private const float UnspokenWeight = 0.5f;

    // Of a number, a letter or a single word that the lexicon does not know, nothing can be told.
    private const float UnknownScore = 0.001f;
    private const int WordsMin = 2;
    private const int WordCharsMin = 3;

    private static readonly int Minors = IndexOf("sexual_minors");

    private readonly TextClassifier _classifier;
    private readonly int[] _categories;

    /// <summary>Makes a scorer.</summary>
    /// <param name="classifier">The classifier; its labels are categories.</param>
    public ContentScorer(TextClassifier classifier)
    {
        _classifier = classifier;
        _categories = [.. classifier.Labels.Select(IndexOf)];
    }

    /// <summary>The one that is part of the service.</summary>
    public static ContentScorer Shared { get; } = new(TextClassifier.LoadResource(Model));

    /// <summary>Scores a sentence.</summary>
    /// <param name="sentence">The sentence; beyond <see cref="SentenceDetector.SentenceCharsMax"/> characters it is not read.</param>
    /// <param name="scores">Takes a score in [0, 1] for each of <see cref="ContentCategories.All"/>.</param>
    public void ScoreSentence(ReadOnlySpan<char> sentence, Span<float> scores)
    {
        if (sentence.Length > SentenceDetector.SentenceCharsMax) sentence = sentence[..SentenceDetector.SentenceCharsMax];
        Span<char> plain = stackalloc char[SentenceDetector.SentenceCharsMax];
        Span<ulong> known = stackalloc ulong[ContentFeatures.CountMax];
        Span<float> probabilities = stackalloc float[ClassifierModel.LabelsMax];
        var kinds = ContentText.Read(sentence, plain, out var length);
        if (kinds == WordKinds.None && !HasWords(sentence))
        {
            scores.Fill(UnknownScore);
            return;
        }

        var features = ContentFeatures.Of(kinds, known);
        _classifier.Score(plain[..length], known[..features], probabilities[.._categories.Length]);

        for (var i = 0; i < _categories.Length; i++) scores[_categories[i]] = probabilities[i] * WeightOf(_categories[i], kinds);
        if (IsChildInSexualContent(kinds)) scores[Minors] = Math.Max(scores[Minors], MinorsScoreMin);
        Order(scores);
    }

    /// <summary>Scores a text: in each category, the highest score of its sentences.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scores">Takes a score in [0, 1] for each of <see cref="ContentCategories.All"/>.</param>
    public void ScoreText(ReadOnlySpan<char> text, Span<float> scores)
    {
        Span<float> own = stackalloc float[ContentCategories.All.Count];
        scores.Clear();
        for (var rest = text.TrimStart(); !rest.IsEmpty; rest = rest.TrimStart())
        {
            var length = SentenceEnd.Find(rest, isEnd: true);
            ScoreSentence(rest[..length].TrimEnd(), own);
            for (var i = 0; i < own.Length; i++) scores[i] = Math.Max(scores[i], own[i]);
            rest = rest[length..];
        }
    }

    private static float WeightOf(int category, WordKinds kinds) =>
        ContentCategories.All[category].Needed is var needed && needed != WordKinds.None && (kinds & needed) == 0 ? UnspokenWeight : 1;

    private static bool HasWords(ReadOnlySpan<char> sentence)
    {
        var (words, run) = (0, 0);
        foreach (var c in sentence)
        {
            run = char.IsLetter(c) ? run + 1 : 0;
            if (run == WordCharsMin && ++words == WordsMin) return true;
        }

        return false;
    }

    private static bool IsChildInSexualContent(WordKinds kinds) =>
        kinds.HasFlag(WordKinds.Child | WordKinds.Lewd) && !kinds.HasFlag(WordKinds.Sober);

    // Whoever reads "sexual/minors" without "sexual" would doubt both.
    private static void Order(Span<float> scores)
    {
        for (var i = 0; i < scores.Length; i++)
            if (ContentCategories.All[i].Parent is >= 0 and var parent) scores[parent] = Math.Max(scores[parent], scores[i]);
    }

    private static int IndexOf(string label)
    {
        for (var i = 0; i < ContentCategories.All.Count; i++)
            if (ContentCategories.All[i].Label == label) return i;
        throw new InvalidDataException($"The model knows '{label}', which is no category. Train it again.");
    }
}
