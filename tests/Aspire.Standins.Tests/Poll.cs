using System.Diagnostics;

namespace Millrace.Aspire.Standins.Tests;

/// <summary>Waits for facts that nobody announces, such as the end of another program's process.</summary>
internal static class Poll
{
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(30);

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeMax, $"Waited {TimeMax.TotalSeconds} s in vain until {what}.");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Whether a process runs; one that has ended and waits for its parent does not.</summary>
    public static bool IsAlive(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
