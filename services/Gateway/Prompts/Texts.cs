namespace Millrace.Gateway.Prompts;

/// <summary>What is done with texts that are too long.</summary>
internal static class Texts
{
    /// <summary>The beginning of a text, without half a character at its end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="charsMax">Most UTF-16 code units to keep, at least 1.</param>
    public static string Shorten(string text, int charsMax) =>
        text.Length <= charsMax ? text : text[..(char.IsHighSurrogate(text[charsMax - 1]) ? charsMax - 1 : charsMax)];
}
