namespace Millrace.Guardrails.Injection;

/// <summary>
/// Texts that say the same few words over and over. Each repeat would count as one more sign of whatever the words are a faint sign of;
/// they are judged by their beginning, in which all of them are.
/// </summary>
internal static class Repeats
{
    private const int WordsMin = 12;
    private const int WordsMax = 301;

    // Of the words of ordinary sentences far more than this part are different ones.
    private const int RepeatsMin = 4;

    /// <summary>The text, or its beginning where it goes on with repeats.</summary>
    /// <param name="text">The text; at most <see cref="InjectionScorer.CharsMax"/> characters.</param>
    public static ReadOnlySpan<char> Cut(ReadOnlySpan<char> text)
    {
        Span<int> hashes = stackalloc int[WordsMax];
        var count = 0;
        foreach (var range in text.Split(' '))
            if (count < WordsMax && !text[range].IsWhiteSpace()) hashes[count++] = string.GetHashCode(text[range]);
        if (count < WordsMin) return text;

        var different = Different(hashes[..count]);
        return different * RepeatsMin > count ? text : First(text, different * 2);
    }

    private static int Different(Span<int> hashes)
    {
        hashes.Sort();
        var different = 1;
        for (var i = 1; i < hashes.Length; i++)
            if (hashes[i] != hashes[i - 1]) different++;
        return different;
    }

    private static ReadOnlySpan<char> First(ReadOnlySpan<char> text, int words)
    {
        foreach (var range in text.Split(' '))
            if (!text[range].IsWhiteSpace() && words-- == 0) return text[..range.Start.Value].TrimEnd();
        return text;
    }
}
