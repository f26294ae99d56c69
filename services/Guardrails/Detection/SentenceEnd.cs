using System.Buffers;

namespace Millrace.Guardrails.Detection;

/// <summary>Where sentences end.</summary>
internal static class SentenceEnd
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(".!?…\n\r。！？");
    private static readonly SearchValues<char> Closing = SearchValues.Create("\"')]}»”’.!?…");

    /// <summary>Length of the sentence at the start of a text.</summary>
    /// <param name="text">What is known from the sentence's first character.</param>
    /// <param name="isEnd">Whether no more text follows.</param>
    /// <returns>Its length; 0 for no text, -1 when that depends on text that has not come yet.</returns>
    public static int Find(ReadOnlySpan<char> text, bool isEnd)
    {
        var isBounded = text.Length >= SentenceDetector.SentenceCharsMax;
        var window = isBounded ? text[..SentenceDetector.SentenceCharsMax] : text;
        for (var at = 0; Next(window, at) is var mark and >= 0; at = mark + 1)
        {
            var end = EndBehind(window, mark);
            if (end < 0 && !isBounded) return isEnd ? text.Length : -1;
            if (end > 0) return end;
        }

        if (isBounded) return LastSpace(window) is var space and > 0 ? space : window.Length;
        return isEnd ? text.Length : -1;
    }

    private static int Next(ReadOnlySpan<char> window, int from)
    {
        var next = window[from..].IndexOfAny(Ends);
        return next < 0 ? -1 : from + next;
    }

    // Where the sentence ends because of the mark; 0 when it goes on, -1 when that is not known.
    private static int EndBehind(ReadOnlySpan<char> window, int mark)
    {
        if (window[mark] is '。' or '！' or '？') return mark + 1;
        if (window[mark] is '\n' or '\r') return EndOfLine(window, mark);

        var next = mark + 1;
        while (next < window.Length && Closing.Contains(window[next])) next++;
        if (next == window.Length) return -1;
        return char.IsWhiteSpace(window[next]) ? next : 0;
    }

    // A line that goes on with a small letter is one that was only wrapped.
    private static int EndOfLine(ReadOnlySpan<char> window, int mark)
    {
        var (next, lines) = (mark, 0);
        for (; next < window.Length && char.IsWhiteSpace(window[next]); next++)
            if (window[next] == '\n') lines++;
        if (lines > 1) return mark + 1;
        if (next == window.Length) return -1;
        return char.IsLower(window[next]) ? 0 : mark + 1;
    }

    private static int LastSpace(ReadOnlySpan<char> window) => window.LastIndexOf(' ');
}
