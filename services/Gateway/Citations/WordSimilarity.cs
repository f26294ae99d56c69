namespace Millrace.Gateway.Citations;

/// <summary>How much two sentences have in common, word by word and in order.</summary>
public static class WordSimilarity
{
    /// <summary>The words of a sentence, without case and punctuation.</summary>
    public static string[] Words(string sentence) =>
    [
        .. sentence.ToLowerInvariant()
            .Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('.', ',', ';', ':', '!', '?', '"', '\'', '(', ')', '-', '*', '#', '“', '”', '’'))
            .Where(word => word.Length > 0),
    ];

    /// <summary>Twice the longest common subsequence over the sum of the lengths: 1 for equal sentences, 0 for no common word.</summary>
    public static double Ratio(string[] left, string[] right) =>
        left.Length + right.Length == 0 ? 0 : 2.0 * CommonLength(left, right) / (left.Length + right.Length);

    private static int CommonLength(string[] left, string[] right)
    {
        var row = new int[right.Length + 1];
        foreach (var word in left)
        {
            var diagonal = 0;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = word == right[j - 1] ? diagonal + 1 : Math.Max(above, row[j - 1]);
                diagonal = above;
            }
        }

        return row[^1];
    }
}
