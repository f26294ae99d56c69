using Millrace.Gateway.Citations;
using Millrace.Gateway.Retrieval;
using Millrace.Grounding.Reading;

namespace Millrace.Gateway.Prompts.Compression;

/// <summary>A sentence of a passage, and what must agree where another says the same.</summary>
internal sealed class PassageSentence
{
    private static readonly HashSet<string> Negations = new(StringComparer.Ordinal)
    {
        "no", "not", "never", "none", "nothing", "nobody", "neither", "nor", "without", "cannot", "except", "unless", "only",
    };

    private PassageSentence(int passage, int start, int end, string text)
    {
        (Passage, Start, End, Text, Words) = (passage, start, end, text, WordSimilarity.Words(text));
        Facts = string.Join(' ', Words.Where(IsFact).Order(StringComparer.Ordinal));
    }

    /// <summary>Index of the passage.</summary>
    public int Passage { get; }

    /// <summary>Where what goes with it begins in the passage: behind the sentence before it.</summary>
    public int Start { get; }

    /// <summary>Where it ends.</summary>
    public int End { get; }

    public string Text { get; }

    public string[] Words { get; }

    /// <summary>Its numbers and negations: sentences that differ in them say different things, however alike they are.</summary>
    public string Facts { get; }

    /// <summary>The sentences of passages, in order.</summary>
    public static IReadOnlyList<PassageSentence> Of(IReadOnlyList<RetrievedPassage> passages)
    {
        List<PassageSentence> sentences = [];
        for (var index = 0; index < passages.Count; index++)
        {
            var behind = 0;
            foreach (var span in Sentences.Split(passages[index].Text))
            {
                var end = span.Start + span.Length;
                sentences.Add(new PassageSentence(index, behind, end, span.Of(passages[index].Text)));
                behind = end;
            }
        }

        return sentences;
    }

    private static bool IsFact(string word) =>
        word.Any(char.IsDigit) || Negations.Contains(word) || word.EndsWith("n't", StringComparison.Ordinal)
            || word.EndsWith("n’t", StringComparison.Ordinal);
}
