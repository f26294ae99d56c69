using Millrace.Grounding.Reading;

namespace Millrace.Gateway.QueryWriting;

/// <summary>
/// Holds a rewritten question to the conversation that it was made from, by its words alone: a model that invents, or that forgets what was
/// asked, must not make the search worse than the message as it stands. Scripts without spaces are compared character by character.
/// </summary>
internal static class RewrittenQuestion
{
    /// <summary>Share of its words that must have been said; the rest are words such as a rewriting needs to be a sentence.</summary>
    private const double SaidMin = 0.6;

    /// <summary>Share of the last message's words that it must have to take the message's place.</summary>
    private const double KeptMin = 0.5;

    private const int PrefixCharsMin = 4;

    /// <summary>Whether it says nothing that the conversation does not: no other number, and hardly another word.</summary>
    /// <param name="rewritten">The rewritten question.</param>
    /// <param name="conversation">What was said, the last message included.</param>
    public static bool IsSaid(string rewritten, IEnumerable<string> conversation) =>
        Words(rewritten) is { Count: > 0 } words && Share(words, [.. conversation.SelectMany(Words)]) >= SaidMin;

    /// <summary>Whether it keeps what the last message asks for: every number, and most words.</summary>
    public static bool Keeps(string rewritten, string message) => Share(Words(message), Words(rewritten)) >= KeptMin;

    // A number that is missing is another question.
    private static double Share(HashSet<string> words, HashSet<string> among)
    {
        if (words.Count == 0) return 1;
        var found = words.Where(word => among.Contains(word) || among.Any(other => IsForm(word, other))).ToHashSet(StringComparer.Ordinal);
        return words.Any(word => !found.Contains(word) && word.All(char.IsDigit)) ? 0 : (double)found.Count / words.Count;
    }

    // "express" and "Expressversand", "delivery" and "deliveries": endings and compounds of any language.
    private static bool IsForm(string word, string other) => Math.Min(word.Length, other.Length) >= PrefixCharsMin
        && (word.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(word, StringComparison.Ordinal));

    private static HashSet<string> Words(string text) => Terms.Of(text)
        .SelectMany(term => term.Any(IsUnspaced) ? term.Select(character => character.ToString()) : [term])
        .ToHashSet(StringComparer.Ordinal);

    // Thai, Lao, Khmer and Burmese; Chinese, Japanese and what is written with their characters. Korean puts spaces.
    private static bool IsUnspaced(char character) =>
        character is >= '\u0E00' and <= '\u0EFF' or >= '\u1000' and <= '\u109F' or >= '\u1780' and <= '\u17FF'
            or >= '\u2E80' and <= '\uABFF' or >= '\uF900' and <= '\uFAFF';
}
