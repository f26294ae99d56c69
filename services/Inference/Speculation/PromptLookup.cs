using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Speculation;

/// <summary>
/// Proposes what followed the last few tokens when they stood in the sequence before: answers that quote their prompt repeat it. It costs
/// a search of the sequence and no model.
/// </summary>
internal sealed class PromptLookup : IDrafter
{
    private const int LongestMatch = 4;
    private const int ShortestMatch = 2;

    /// <inheritdoc/>
    public void Draft(IReadOnlyList<Sequence> sequences, int tokensMax)
    {
        foreach (var sequence in sequences) sequence.Propose(Find(sequence.Tokens, tokensMax));
    }

    /// <inheritdoc/>
    public void Forget(Sequence sequence)
    {
        // Nothing is kept.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }

    /// <summary>What followed the most recent earlier occurrence of the longest ending that has one.</summary>
    internal static ReadOnlySpan<int> Find(ReadOnlySpan<int> tokens, int tokensMax)
    {
        for (var length = Math.Min(LongestMatch, tokens.Length - 1); length >= ShortestMatch; length--)
        {
            // Without its last token, the sequence cannot contain its ending as the ending itself.
            var at = tokens[..^1].LastIndexOf(tokens[^length..]);
            if (at < 0) continue;
            var following = tokens[(at + length)..];
            return following[..Math.Min(following.Length, tokensMax)];
        }

        return [];
    }
}
