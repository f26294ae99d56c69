using Millrace.Gateway.Resilience;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Resilience;

public sealed class DegradedModesTests
{
    /// <summary>docs/operations.md is what people read; the table in code is what happens.</summary>
    [Fact]
    public void Modes_InOperations_AreThoseOfTheTable()
    {
        var rows = File.ReadAllLines(Path.Combine(RepoPaths.Root, "docs", "operations.md")).ToHashSet(StringComparer.Ordinal);

        Assert.All(DegradedModes.All, mode => Assert.Contains($"| `{mode.Name}` | {mode.Works} | {mode.CallerSees} |", rows));
    }

    [Fact]
    public void Modes_OfDependencies_AreOneForEach() =>
        Assert.Equal(Dependency.Names.Order(), DegradedModes.OfDependencies.Select(mode => mode.Dependency!).Order());
}
