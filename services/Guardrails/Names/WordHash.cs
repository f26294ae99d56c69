namespace Millrace.Guardrails.Names;

/// <summary>Hashes of words. They are part of the trained model: a change makes it useless.</summary>
internal static class WordHash
{
    private const uint Basis = 2166136261;
    private const uint Prime = 16777619;
    private const uint Spread = 0x85EBCA6B;

    /// <summary>Hash of characters.</summary>
    public static uint Of(ReadOnlySpan<char> word)
    {
        var hash = Basis;
        foreach (var c in word) hash = (hash ^ c) * Prime;
        hash ^= hash >> 15;
        return hash * Spread;
    }

    /// <summary>Writes a word in lower case.</summary>
    /// <returns>Its length.</returns>
    public static int ToLower(ReadOnlySpan<char> word, Span<char> lower)
    {
        for (var i = 0; i < word.Length; i++)
            lower[i] = char.IsAscii(word[i]) ? char.ToLowerInvariant(word[i]) : Plain(char.ToLowerInvariant(word[i]));
        return word.Length;
    }

    // One apostrophe of several.
    private static char Plain(char c) => c == '\u2019' ? '\'' : c;
}
