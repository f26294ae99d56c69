using System.Text;

namespace Millrace.Grounding.Reading;

/// <summary>What of an answer is words.</summary>
internal static class AnswerText
{
    private const int MarkerCharsMax = 16;

    /// <summary>A sentence without citation markers such as <c>[1]</c> or <c>[2, 3]</c>.</summary>
    public static string WithoutMarkers(string sentence)
    {
        if (!sentence.Contains('[', StringComparison.Ordinal)) return sentence;
        var words = new StringBuilder(sentence.Length);
        for (var at = 0; at < sentence.Length;)
        {
            var length = MarkerLength(sentence, at);
            if (length == 0) words.Append(sentence[at++]);
            else at += length;
        }

        return words.ToString();
    }

    private static int MarkerLength(string text, int start)
    {
        if (text[start] != '[') return 0;
        var end = start + 1;
        while (end < text.Length && end - start < MarkerCharsMax && (char.IsAsciiDigit(text[end]) || text[end] is ',' or ' ')) end++;
        return end < text.Length && text[end] == ']' && end > start + 1 ? end + 1 - start : 0;
    }
}
