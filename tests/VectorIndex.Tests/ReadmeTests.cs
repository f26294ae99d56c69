using Millrace.TestShared;
using Millrace.VectorIndex.Filtering;

namespace Millrace.VectorIndex.Tests;

/// <summary>The example of the library's README, as it stands there.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Example_OfTheReadme_Works()
    {
        using var temporary = new TemporaryFolder();
        var folder = temporary.Path;

        // example
        var options = new VectorIndexOptions { Dimension = 3, Quantization = Quantization.Int8 };
        using var index = VectorIndex.Open(folder, options);
        index.Upsert(1, [1, 0, 0]);
        index.UpsertBatch([2, 3], [0, 1, 0, 0.9f, 0.1f, 0]);
        index.Delete(2);

        var nearest = index.Search([1, 0.1f, 0], k: 2);

        var hits = new VectorHit[2];
        var only = new SearchOptions { Filter = IdSet.Of(1, 2) };
        var count = index.Search([1, 0.1f, 0], 2, hits, only, out var explanation);
        // end

        Assert.Equal([3, 1], nearest.Select(hit => hit.Id));
        Assert.Equal(1, count);
        Assert.Equal(SearchPlan.Scan, explanation.Plan);
        var example = File.ReadAllText(Path.Combine(RepoPaths.Root, "tests", "VectorIndex.Tests", "ReadmeTests.cs"))
            .Split("// example\n")[1].Split("        // end")[0].Replace("\n        ", "\n", StringComparison.Ordinal).Trim();
        var readme = File.ReadAllText(Path.Combine(RepoPaths.Root, "libs", "VectorIndex", "README.md"));
        Assert.Contains(example, readme, StringComparison.Ordinal);
    }
}
