using System.Text;

namespace Millrace.Sessions.Summaries;

/// <summary>Keeps the most telling facts within bounds.</summary>
internal static class FactList
{
    /// <summary>Most facts that are kept.</summary>
    public const int CountMax = 64;

    /// <summary>Most UTF-8 bytes of all together.</summary>
    public const int BytesMax = 8 * 1024;

    /// <summary>The most telling of all facts, each said once, the most telling first; of equals the newest first.</summary>
    public static IReadOnlyList<Fact> Merge(IEnumerable<Fact> earlier, IEnumerable<Fact> later)
    {
        var distinct = earlier.Concat(later)
            .GroupBy(fact => Key(fact.Text), StringComparer.Ordinal)
            .Select(same => same.OrderByDescending(fact => fact.Sequence).First())
            .OrderByDescending(fact => fact.Weight).ThenByDescending(fact => fact.Sequence);
        List<Fact> kept = [];
        var bytes = 0;
        foreach (var fact in distinct.Take(CountMax))
        {
            bytes += Encoding.UTF8.GetByteCount(fact.Text);
            if (bytes > BytesMax) break;
            kept.Add(fact);
        }

        return kept;
    }

    private static string Key(string text) => new([.. text.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
