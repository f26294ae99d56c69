using System.Text;

namespace Millrace.Gateway.Citations;

/// <summary>One sentence of an answer with the markers that belong to it.</summary>
/// <param name="Words">The sentence without markers.</param>
/// <param name="Cited">The numbers in its markers.</param>
public sealed record AnswerUnit(string Words, IReadOnlyCollection<int> Cited)
{
    /// <summary>Separates a sentence from its markers, wherever they stand in it.</summary>
    public static AnswerUnit Parse(string text)
    {
        var words = new StringBuilder(text.Length);
        var cited = new SortedSet<int>();
        for (var i = 0; i < text.Length;)
        {
            var length = MarkerLength(text, i);
            if (length == 0) words.Append(text[i++]);
            else
            {
                cited.UnionWith(MarkerSyntax.Numbers(text.Substring(i, length)));
                i += length;
            }
        }

        return new AnswerUnit(words.ToString().Trim(), cited);
    }

    /// <summary>Length of the marker that begins here; 0 when there is none.</summary>
    internal static int MarkerLength(string text, int start)
    {
        if (text[start] is not (' ' or '[')) return 0;
        var close = text.IndexOf(']', start);
        return close > 0 && MarkerSyntax.Classify(text.AsSpan(start, close + 1 - start)) == MarkerState.Complete ? close + 1 - start : 0;
    }
}
