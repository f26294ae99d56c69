using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;

namespace Millrace.Aspire.Standins.Tests.Orchestration;

/// <summary>The parts that need no process.</summary>
public sealed class PolicyTests
{
    [Fact]
    public void RestartPolicy_OfAServiceThatWasHealthy_DoublesUpToThirtySecondsAndStartsAnewAfterAMinute()
    {
        var policy = new RestartPolicy();
        var delays = Enumerable.Range(0, 7)
            .Select(_ => policy.Next(TimeSpan.FromSeconds(5), wasHealthy: true)!.Value.TotalSeconds).ToList();

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], delays);
        Assert.Equal(TimeSpan.FromSeconds(1), policy.Next(TimeSpan.FromMinutes(1), wasHealthy: true));
    }

    [Fact]
    public void RestartPolicy_AfterFiveEarlyEndsInARow_GivesUp()
    {
        var policy = new RestartPolicy();
        var early = Enumerable.Range(0, 4).Select(_ => policy.Next(TimeSpan.Zero, wasHealthy: false)).ToList();

        Assert.DoesNotContain(null, early);
        Assert.Null(policy.Next(TimeSpan.Zero, wasHealthy: false));
    }

    [Fact]
    public void StopStages_WithACircleOfReferences_StopItLast()
    {
        var (edge, one, two) = (new ProjectResource("edge"), new ProjectResource("one"), new ProjectResource("two"));
        Refer(edge, one);
        Refer(one, two);
        Refer(two, one);

        var stages = DependencyGraph.StopStages([one, two, edge]);

        Assert.Equal<IEnumerable<IResource>>([[edge], [one, two]], stages);
    }

    [Fact]
    public void StandsFor_AConnectionStringOfExpressions_IsTheResourcesInIt()
    {
        var server = new ProjectResource("server");
        var inner = new ConnectionStringResource("inner", ReferenceExpression.Create($"at={server.GetEndpoint("http")}"));
        var outer = new ConnectionStringResource("outer", ReferenceExpression.Create($"{inner};extra"));

        Assert.Equal([server], DependencyGraph.StandsFor(outer));
    }

    [Fact]
    public void LogFile_WhenFull_KeepsOneOlderFile()
    {
        var folder = Directory.CreateTempSubdirectory("standins-");
        using (var log = new LogFile(folder.FullName, "back", bytesMax: 10))
            foreach (var line in new[] { "first line", "second line", "third line" }) log.WriteLine(line);

        Assert.Equal("third line\n", File.ReadAllText(Path.Combine(folder.FullName, "back.log")));
        Assert.Equal("second line\n", File.ReadAllText(Path.Combine(folder.FullName, "back.1.log")));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task LinePump_CutsLinesThatAreTooLongAndKeepsTheLastWithoutItsEnd()
    {
        var text = $"short\r\n{new string('x', 16 * 1024 + 3)}\nlast";
        var lines = new List<string>();

        using var reader = new StreamReader(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));
        await LinePump.RunAsync(reader, lines.Add);

        Assert.Equal(["short", new string('x', 16 * 1024), "xxx", "last"], lines);
    }

    [Fact]
    public void PortReservation_WhileHeld_IsGivenToNobodyElse()
    {
        var held = Enumerable.Range(0, 200).Select(_ => PortReservation.Take("localhost", port: null)).ToList();

        Assert.Equal(200, held.Select(reservation => reservation.Port).Distinct().Count());
        foreach (var reservation in held) reservation.Dispose();
    }

    private static void Refer(ProjectResource from, ProjectResource to) =>
        from.Annotations.Add(new ResourceRelationshipAnnotation(to, "Reference"));
}
