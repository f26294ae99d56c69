namespace Millrace.Gateway.Prompts;

/// <summary>Comparison of short utterances: case, white space and closing punctuation do not count.</summary>
public static class SmallTalk
{
    /// <summary>Whether two utterances are the same words.</summary>
    public static bool SameWords(string left, string right) => Key(left).Equals(Key(right), StringComparison.Ordinal);

    /// <summary>What two equal utterances have in common.</summary>
    public static string Key(string utterance)
    {
        var words = utterance.ToLowerInvariant().Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words).TrimEnd('.', '!', '?', ' ');
    }
}
