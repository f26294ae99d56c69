using System.Runtime.CompilerServices;

namespace Millrace.TestShared;

/// <summary>Bounds every wait of a test, and says where it hung.</summary>
public static class TaskTimeouts
{
    /// <summary>Longest that a test waits for one thing.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(30);

    /// <summary>Waits for a task, at most <see cref="Default"/>.</summary>
    public static async Task<T> DefaultTimeout<T>(
        this Task<T> task, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        await Bound(task, file, line);
        return await task;
    }

    /// <summary>Waits for a task, at most <see cref="Default"/>.</summary>
    public static async Task DefaultTimeout(this Task task, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        await Bound(task, file, line);
        await task;
    }

    private static async Task Bound(Task task, string file, int line)
    {
        try
        {
            await task.WaitAsync(Default);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Not done after {Default.TotalSeconds} s at {Path.GetFileName(file)}:{line}.");
        }
    }
}
