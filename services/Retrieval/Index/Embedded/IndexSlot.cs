namespace Millrace.Retrieval.Index.Embedded;

/// <summary>
/// A place for one index, which may be open. Its lock is held while the index is opened and closed. A slot without an index that nobody is
/// in is given up, so that slots of indexes that are gone do not add up.
/// </summary>
internal sealed class IndexSlot
{
    private readonly object _gate = new();
    private volatile OpenIndex? _index;
    private volatile bool _isGivenUp;
    private bool _isClosing;
    private int _users;
    private long _lastUse;

    /// <summary>Whether it has an index.</summary>
    public bool IsOpen => _index is not null;

    /// <summary>Whether nobody may come in any more.</summary>
    public bool IsGivenUp => _isGivenUp;

    /// <summary>When somebody last came in.</summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Comes in, and opens the index where it is not. One that is being closed is waited for.</summary>
    /// <param name="open">Opens it; null where there is none.</param>
    /// <param name="now">A number that rises.</param>
    /// <param name="index">The index.</param>
    /// <returns>Whether the slot is still in use.</returns>
    public bool TryEnter(Func<OpenIndex?> open, long now, out OpenIndex? index)
    {
        lock (_gate)
        {
            while (_isClosing) Monitor.Wait(_gate);
            index = _index;
            if (_isGivenUp) return false;
            _index = index ??= OpenOrGiveUp(open);
            _users++;
            Volatile.Write(ref _lastUse, now);
            return true;
        }
    }

    /// <summary>Goes out.</summary>
    /// <returns>Whether the slot is given up.</returns>
    public bool Exit()
    {
        lock (_gate)
        {
            _users--;
            Monitor.PulseAll(_gate);
            return GiveUpIfEmpty();
        }
    }

    /// <summary>Closes the index if nobody uses it.</summary>
    /// <returns>Whether the slot is given up.</returns>
    public bool CloseIfUnused()
    {
        lock (_gate)
        {
            if (_users == 0 && !_isClosing) CloseNow();
            return GiveUpIfEmpty();
        }
    }

    /// <summary>Closes the index as soon as all who use it have gone out; who comes meanwhile waits.</summary>
    /// <param name="isMeant">Whether it is to be closed, asked when nobody uses it.</param>
    /// <param name="closed">Runs before anybody can open it again.</param>
    /// <returns>Whether the slot was still in use; one that is not has nothing to close.</returns>
    public bool TryClose(Func<OpenIndex?, bool> isMeant, Action closed)
    {
        lock (_gate)
        {
            while (_isClosing) Monitor.Wait(_gate);
            if (_isGivenUp) return false;
            _isClosing = true;
            try
            {
                while (_users > 0) Monitor.Wait(_gate);
                if (!isMeant(_index)) return true;
                CloseNow();
                closed();
            }
            finally
            {
                _isClosing = false;
                GiveUpIfEmpty();
                Monitor.PulseAll(_gate);
            }

            return true;
        }
    }

    private OpenIndex? OpenOrGiveUp(Func<OpenIndex?> open)
    {
        try
        {
            return open();
        }
        catch
        {
            GiveUpIfEmpty();
            throw;
        }
    }

    private bool GiveUpIfEmpty()
    {
        if (_users == 0 && !_isClosing && _index is null) _isGivenUp = true;
        return _isGivenUp;
    }

    private void CloseNow()
    {
        _index?.Dispose();
        _index = null;
    }
}
