using System.Globalization;
using System.Text;

namespace Millrace.Bench.Retrieval;

/// <summary>All figures as a Markdown table.</summary>
internal sealed class QualityTable
{
    private readonly StringBuilder _lines = new(
        "| data | cut | search | R@3 | R@20 | MRR | nDCG@10 | MRR against BM25, 95 % |\n|---|---|---|---|---|---|---|---|\n");

    /// <summary>Adds the ways of one data set that is cut in one way.</summary>
    public void Add(string data, string cut, IReadOnlyList<QualityScores> all)
    {
        foreach (var scores in all)
        {
            var (low, high) = QualityScores.Difference(scores.ReciprocalRank, all[0].ReciprocalRank);
            var (recall3, recall20) = (scores.RecallAt3.Average(), scores.RecallAt20.Average());
            var (reciprocal, gain) = (scores.ReciprocalRank.Average(), scores.GainAt10.Average());
            _lines.Append(
                CultureInfo.InvariantCulture,
                $"| {data} | {cut} | {scores.Name} | {recall3:f3} | {recall20:f3} | {reciprocal:f3} | {gain:f3} ");
            _lines.Append(CultureInfo.InvariantCulture, $"| {low:+0.000;-0.000;0.000} to {high:+0.000;-0.000;0.000} |\n");
        }
    }

    /// <summary>Writes <c>retrieval.md</c>.</summary>
    /// <returns>The file's path.</returns>
    public string Write(string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, "retrieval.md");
        File.WriteAllText(path, _lines.ToString());
        return path;
    }
}
