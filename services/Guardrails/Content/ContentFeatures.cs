using System.Numerics;
using Millrace.Guardrails.Classification;

namespace Millrace.Guardrails.Content;

/// <summary>What the lexicon tells the classifier of a sentence: each kind of words in it, and each two kinds together.</summary>
internal static class ContentFeatures
{
    /// <summary>Most features of one sentence.</summary>
    public const int CountMax = Kinds + (Kinds * (Kinds - 1) / 2);

    private const int Kinds = 18;

    private static readonly ulong[] Ones = [.. Enumerable.Range(0, Kinds).Select(kind => TextFeatures.HashOf($"content {kind}"))];

    private static readonly ulong[] Pairs =
        [.. Enumerable.Range(0, Kinds * Kinds).Select(pair => TextFeatures.HashOf($"content {pair / Kinds} and {pair % Kinds}"))];

    /// <summary>The features of a sentence.</summary>
    /// <param name="kinds">Its kinds of words.</param>
    /// <param name="features">Takes them; room for <see cref="CountMax"/>.</param>
    /// <returns>Their number.</returns>
    public static int Of(WordKinds kinds, Span<ulong> features)
    {
        var count = 0;
        for (var left = (uint)kinds; left != 0; left &= left - 1)
        {
            var first = BitOperations.TrailingZeroCount(left);
            features[count++] = Ones[first];
            for (var others = left & (left - 1); others != 0; others &= others - 1)
                features[count++] = Pairs[(first * Kinds) + BitOperations.TrailingZeroCount(others)];
        }

        return count;
    }
}
