using System.Runtime.ExceptionServices;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>
/// Reads documents, each on a thread of its own with a stack that the deepest allowed nesting cannot exhaust. A reader that does not
/// look at its token when the time is over is left behind, and only so many may be.
/// </summary>
/// <param name="leftBehindMax">Most readers that may be left behind; with that many, nothing more is read until one of them ends.</param>
internal sealed class ParseThread(int leftBehindMax = ParseThread.LeftBehindMaxDefault)
{
    private const int LeftBehindMaxDefault = 8;
    private const int StackBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);
    private int _leftBehind;

    /// <summary>Runs a reader and returns what it returns.</summary>
    /// <param name="read">The reader; its token is cancelled when the time is over.</param>
    /// <param name="limit">Longest time.</param>
    /// <param name="cancellationToken">Nobody wants the document any more.</param>
    /// <exception cref="MillraceException">The time is over.</exception>
    public T Run<T>(Func<CancellationToken, T> read, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _leftBehind) >= leftBehindMax) throw Occupied();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = new Work<T>(() => read(stop.Token));
        new Thread(work.Run, StackBytes) { IsBackground = true, Name = "document parser" }.Start();
        if (!work.Wait(limit, cancellationToken))
        {
            stop.Cancel();
            if (!work.Wait(Grace, CancellationToken.None)) LeaveBehind(work);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return work.Outcome(stop.IsCancellationRequested ? limit : null);
    }

    private void LeaveBehind<T>(Work<T> work)
    {
        Interlocked.Increment(ref _leftBehind);
        work.Finished.ContinueWith(
            _ => Interlocked.Decrement(ref _leftBehind), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static MillraceException Occupied() => new(
        Reason.QueueFull, "Documents that take too long still occupy the parsers. Try again later.") { RetryAfter = RetryAfter };

    private sealed class Work<T>(Func<T> read)
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Finished => _result.Task;

        public void Run()
        {
            try
            {
                _result.SetResult(read());
            }
            catch (Exception error)
            {
                _result.SetException(error);
            }
        }

        public bool Wait(TimeSpan limit, CancellationToken cancellationToken)
        {
            try
            {
                return Task.WaitAny([Finished], (int)limit.TotalMilliseconds, cancellationToken) >= 0;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        // With a limit given the time is over, and a reader that stopped because of it has nothing else to say.
        public T Outcome(TimeSpan? limit)
        {
            if (!_result.Task.IsCompleted) throw ParsingErrors.TooSlow(limit ?? TimeSpan.Zero);
            if (_result.Task.Exception?.InnerException is not { } error) return _result.Task.Result;
            if (error is OperationCanceledException && limit is { } time) throw ParsingErrors.TooSlow(time);
            ExceptionDispatchInfo.Throw(error);
            throw error;
        }
    }
}
