using Millrace.Inference.Scheduling;

namespace Millrace.Inference.KvCache;

/// <summary>
/// The KV cache as the scheduler sees it: running sequences and, in the cells that these do not need, the state of sequences that have
/// ended. A new sequence takes over the longest beginning of its prompt that some entry of its key has computed, running or not.
/// <para>
/// A pure state machine: it decides and keeps the books, and lists what is to be done to the native cache before the next step.
/// </para>
/// </summary>
internal sealed class PrefixCache
{
    /// <summary>Beginnings shorter than this are computed again: sharing them is not worth an entry.</summary>
    public const int SharedTokensMin = 16;

    private readonly KvLedger _ledger;
    private readonly Stack<int> _freeIds;
    private readonly Dictionary<CacheKey, List<KvEntry>> _entries = [];
    private readonly List<KvAction> _actions = [];
    private readonly int _idCount;
    private readonly bool _keeps;
    private long _uses;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="cells">Cells of the native cache.</param>
    /// <param name="slots">Sequences that run at most.</param>
    /// <param name="cachedMax">Ended sequences whose state is kept at most; 0 keeps and shares nothing.</param>
    public PrefixCache(int cells, int slots, int cachedMax)
    {
        _ledger = new KvLedger(cells);
        _keeps = cachedMax > 0;
        _idCount = slots + cachedMax;
        _freeIds = new Stack<int>(Enumerable.Range(0, _idCount).Reverse());
    }

    /// <summary>All cells.</summary>
    public int Total => _ledger.Total;

    /// <summary>Cells that hold a token, or will after the planned step.</summary>
    public int Used => _ledger.Used;

    /// <summary>Cells that running sequences hold.</summary>
    public int Pinned => _ledger.Pinned;

    /// <summary>Cells that can be had: those that are free, and those of cached prefixes.</summary>
    public int Available => _ledger.Total - _ledger.Pinned;

    /// <summary>Changes whenever an entry comes or goes.</summary>
    public long Version { get; private set; }

    /// <summary>What is to be done to the native cache before the next step, in order.</summary>
    public IReadOnlyList<KvAction> Actions => _actions;

    /// <summary>All entries, in no order.</summary>
    public IEnumerable<KvEntry> Entries => _entries.Values.SelectMany(entries => entries);

    /// <summary>The actions have been done.</summary>
    public void ClearActions() => _actions.Clear();

    /// <summary>The longest computed beginning of a sequence. At least its last token is left to compute, for its output.</summary>
    public PrefixMatch Match(Sequence sequence)
    {
        var (best, length) = (default(KvEntry), SharedTokensMin - 1);
        if (!_keeps || sequence.WantsPromptOutputs || !_entries.TryGetValue(sequence.Key, out var entries)) return default;
        var wanted = sequence.Tokens[..^1];
        foreach (var entry in entries)
        {
            var common = wanted.CommonPrefixLength(entry.Tokens);
            if (common > length || (common == length && best is { IsRunning: true } && !entry.IsRunning)) (best, length) = (entry, common);
        }

        return best is null ? default : new PrefixMatch(best, length, UnpinnedCells(best, length));
    }

    /// <summary>
    /// Tokens of a sequence's beginning that a running sequence is about to compute: worth waiting for when there are more of them than are
    /// there already.
    /// </summary>
    public int Promised(Sequence sequence)
    {
        if (!_keeps || sequence.WantsPromptOutputs || !_entries.TryGetValue(sequence.Key, out var entries)) return 0;
        var wanted = sequence.Tokens[..^1];
        var most = 0;
        foreach (var entry in entries)
            if (entry.IsRunning && entry.Sequence.PendingCount > 1)
                most = Math.Max(most, wanted.CommonPrefixLength(entry.Sequence.Tokens));
        return most;
    }

    /// <summary>Opens an entry for a sequence that begins to run, with what a match has of it.</summary>
    public KvEntry Open(Sequence sequence, PrefixMatch match)
    {
        Version++;
        if (match.Entry is { IsRunning: false } cached && cached.Computed == match.Length) return TakeOver(cached, sequence);
        if (match.Entry is { } source) source.LastUsed = ++_uses;
        var entry = Add(sequence, FreeId(), isRunning: true);
        if (match.Entry is null) return entry;
        _ledger.Share(match.Entry, entry, match.Length);
        _actions.Add(KvAction.Share(match.Entry.Id, entry.Id, match.Length));
        return entry;
    }

    /// <summary>Gives cells to an entry, from cached prefixes if need be, the least recently used first.</summary>
    /// <returns>False when running sequences hold too many.</returns>
    public bool TryExtend(KvEntry entry, int count)
    {
        if (count > Available) return false;
        while (count > _ledger.Free) EvictOldest();
        _ledger.Extend(entry, count);
        return true;
    }

    /// <summary>An entry forgets what it has from <paramref name="length"/> on.</summary>
    public void Truncate(KvEntry entry, int length)
    {
        if (length >= entry.Held) return;
        _ledger.Truncate(entry, length);
        _actions.Add(KvAction.Truncate(entry.Id, length));
    }

    /// <summary>The step that would have computed an entry's newest tokens did not run.</summary>
    public void Revert(KvEntry entry) => _ledger.Truncate(entry, entry.Computed);

    /// <summary>An entry's sequence runs no more.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="keep">Whether its state may be of use to others.</param>
    public void Close(KvEntry entry, bool keep)
    {
        Version++;
        if (!keep || !_keeps || entry.Computed < SharedTokensMin || IsContained(entry))
        {
            Remove(entry);
            return;
        }

        if (entry.Held > entry.Computed) Truncate(entry, entry.Computed);
        _ledger.SetRunning(entry, false);
        entry.LastUsed = ++_uses;
        RemoveContainedIn(entry);
    }

    /// <summary>Makes a cached entry for tokens whose state comes from elsewhere.</summary>
    /// <returns>Null when there is no room beside running sequences.</returns>
    public KvEntry? TryRestore(Sequence sequence)
    {
        if (!_keeps || sequence.Count > Available) return null;
        Version++;
        var entry = Add(sequence, FreeId(), isRunning: false);
        entry.LastUsed = ++_uses;
        while (sequence.Count > _ledger.Free) EvictOldest(except: entry);
        _ledger.Extend(entry, sequence.Count);
        entry.Computed = entry.Held;
        return entry;
    }

    /// <summary>Removes an entry.</summary>
    public void Remove(KvEntry entry)
    {
        // Told to the native cache even when the books hold nothing: a step that failed may have left something behind.
        _ledger.Truncate(entry, 0);
        _actions.Add(KvAction.Truncate(entry.Id, 0));
        var entries = _entries[entry.Key];
        entries.Remove(entry);
        if (entries.Count == 0) _entries.Remove(entry.Key);
        _freeIds.Push(entry.Id);
        Version++;
    }

    /// <summary>Removes the cached entries of an adapter that is gone.</summary>
    public void Forget(int adapter)
    {
        foreach (var entry in Entries.Where(entry => entry.Key.Adapter == adapter && !entry.IsRunning).ToList()) Remove(entry);
    }

    /// <summary>Checks the conservation laws; for tests.</summary>
    /// <exception cref="InvalidOperationException">One is broken.</exception>
    public void CheckIntegrity()
    {
        var entries = Entries.ToList();
        _ledger.CheckIntegrity(entries);
        if (!entries.Select(entry => entry.Id).Concat(_freeIds).Order().SequenceEqual(Enumerable.Range(0, _idCount)))
            throw new InvalidOperationException("A native sequence is lost or used twice.");
    }

    private static int UnpinnedCells(KvEntry entry, int length)
    {
        var (cells, left) = (0, length);
        for (var i = 0; left > 0; i++)
        {
            var count = Math.Min(left, entry.Spans[i].Length);
            if (entry.Spans[i].Pins == 0) cells += count;
            left -= count;
        }

        return cells;
    }

    private KvEntry TakeOver(KvEntry entry, Sequence sequence)
    {
        entry.Sequence = sequence;
        entry.LastUsed = ++_uses;
        _ledger.SetRunning(entry, true);
        return entry;
    }

    private KvEntry Add(Sequence sequence, int id, bool isRunning)
    {
        var entry = new KvEntry(id, sequence, isRunning) { LastUsed = ++_uses };
        if (!_entries.TryGetValue(sequence.Key, out var entries)) _entries[sequence.Key] = entries = [];
        entries.Add(entry);
        return entry;
    }

    private int FreeId()
    {
        // Running sequences never use all ids, so when none is free there is a cached entry. The one that is shared from was just used.
        if (_freeIds.Count == 0) EvictOldest();
        return _freeIds.Pop();
    }

    private void EvictOldest(KvEntry? except = null)
    {
        KvEntry? oldest = null;
        foreach (var entries in _entries.Values)
            foreach (var entry in entries)
                if (!entry.IsRunning && entry != except && (oldest is null || entry.LastUsed < oldest.LastUsed))
                    oldest = entry;
        Remove(oldest ?? throw new InvalidOperationException("There is no cached prefix to give up."));
    }

    /// <summary>Whether a cached entry has all that this one has.</summary>
    private bool IsContained(KvEntry entry)
    {
        foreach (var other in _entries[entry.Key])
            if (other != entry && !other.IsRunning && other.Tokens.StartsWith(entry.Tokens))
            {
                other.LastUsed = ++_uses;
                return true;
            }

        return false;
    }

    private void RemoveContainedIn(KvEntry entry)
    {
        var entries = _entries[entry.Key];
        for (var i = entries.Count - 1; i >= 0; i--)
            if (entries[i] != entry && !entries[i].IsRunning && entry.Tokens.StartsWith(entries[i].Tokens))
                Remove(entries[i]);
    }
}
