using System.Runtime.CompilerServices;

namespace Millrace.Gateway.Runs;

/// <summary>How far a run of this process is.</summary>
internal enum LiveState
{
    /// <summary>More may come.</summary>
    Running,

    /// <summary>All is there.</summary>
    Ended,

    /// <summary>It goes on, if at all, in another process.</summary>
    Lost,
}

/// <summary>
/// A run that this process makes, as its readers see it: what was made durable so far, and a way to wait for more. While nobody reads, a
/// clock runs, at whose end the run is stopped.
/// </summary>
internal sealed class LiveRun : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<RunPiece> _shown = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan? _detachedFor;
    private readonly ITimer _detached;
    private TaskCompletionSource _changed = NewSignal();
    private int _readers;

    /// <summary>A run that begins.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="detachedFor">How long it goes on while nobody reads; null for as long as it takes.</param>
    /// <param name="time">The clock.</param>
    public LiveRun(string id, TimeSpan? detachedFor, TimeProvider time)
    {
        Id = id;
        _detachedFor = detachedFor;
        _detached = time.CreateTimer(_ => OnDetached(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>Which run of its id it is, as the store counts them; 0 for one that is not kept.</summary>
    public ulong Generation { get; init; }

    /// <summary>How far it is.</summary>
    public LiveState State { get; private set; }

    /// <summary>Tokens that it took; 0 until that is known.</summary>
    public int Tokens { get; set; }

    /// <summary>Whether somebody wants it to stop.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Whether it was given up without an end, so that another process can go on with it.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Asks whether somebody reads it elsewhere; such a reader keeps it going too.</summary>
    public Func<Task<bool>> IsReadElsewhere { get; set; } = () => Task.FromResult(false);

    /// <summary>Completes when it has ended in this process, well or not.</summary>
    public Task Completion { get; set; } = Task.CompletedTask;

    /// <summary>Begins to read.</summary>
    /// <returns>False when it has ended here.</returns>
    public bool TryAttach()
    {
        lock (_gate)
        {
            if (State != LiveState.Running) return false;
            _readers++;
            _detached.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    /// <summary>Stops reading.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            if (--_readers > 0 || State != LiveState.Running || _detachedFor is not { } wait) return;
            if (wait > TimeSpan.Zero) _detached.Change(wait, Timeout.InfiniteTimeSpan);
        }

        if (_detachedFor == TimeSpan.Zero) Stop();
    }

    /// <summary>More is durable.</summary>
    public void Show(IEnumerable<RunPiece> pieces)
    {
        lock (_gate) _shown.AddRange(pieces);
        Signal();
    }

    /// <summary>Nothing more comes.</summary>
    public void End(LiveState state)
    {
        lock (_gate)
        {
            if (State == LiveState.Running) State = state;
            _detached.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        Signal();
    }

    /// <summary>Has it stop and end.</summary>
    public void Stop()
    {
        lock (_gate)
            if (State != LiveState.Running) return;
        _stop.Cancel();
    }

    /// <summary>Has it stop without an end, as if the process had died.</summary>
    public void Abandon()
    {
        IsAbandoned = true;
        End(LiveState.Lost);
        _stop.Cancel();
    }

    /// <summary>Reads what is shown, and follows until nothing more comes.</summary>
    /// <param name="from">How many pieces are known.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<RunPiece> ReadAsync(int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            List<RunPiece> more;
            Task changed;
            bool isOver;
            lock (_gate)
            {
                more = _shown.GetRange(from, _shown.Count - from);
                (changed, isOver) = (_changed.Task, State != LiveState.Running);
            }

            foreach (var piece in more) yield return piece;
            from += more.Count;
            if (isOver) yield break;
            if (more.Count == 0) await changed.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _detached.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        TaskCompletionSource changed;
        lock (_gate) (changed, _changed) = (_changed, NewSignal());
        changed.TrySetResult();
    }

    private void OnDetached() => _ = StopUnlessReadAsync();

    private async Task StopUnlessReadAsync()
    {
        var isRead = await IsReadElsewhere();
        lock (_gate)
        {
            if (_readers > 0 || State != LiveState.Running) return;
            if (isRead && _detachedFor is { } wait)
            {
                _detached.Change(wait, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        _stop.Cancel();
    }
}
