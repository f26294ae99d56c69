using Millrace.Inference.Scheduling;

namespace Millrace.Inference.KvCache;

/// <summary>
/// The KV cache as the scheduler sees it: running sequences and the state of some that have ended. A new sequence takes over the longest
/// beginning of its prompt that some entry of its key has computed, running or not. What has ended stays in the cells that running
/// sequences
/// do not need, or is put aside in memory, whichever the limits say.
/// <para>
/// A pure state machine: it decides and keeps the books, and lists what is to be done to the native cache before the next step.
/// </para>
/// </summary>
internal sealed class PrefixCache
{
    /// <summary>Beginnings shorter than this are computed again: sharing them is not worth an entry.</summary>
    public const int SharedTokensMin = 16;

    private readonly KvCacheLimits _limits;
    private readonly KvLedger _ledger;
    private readonly SortedSet<int> _freeIds;
    private readonly Dictionary<CacheKey, List<KvEntry>> _entries = [];
    private readonly List<KvAction> _actions = [];
    private readonly bool _keeps;
    private int _stashed;
    private int _stashedTokens;
    private long _uses;

    /// <summary>Creates an empty cache.</summary>
    public PrefixCache(KvCacheLimits limits)
    {
        _limits = limits;
        _ledger = new KvLedger(limits.Cells);
        _keeps = limits.CachedMax > 0;
        _freeIds = [.. Enumerable.Range(0, limits.Ids)];
    }

    /// <summary>All cells.</summary>
    public int Total => _ledger.Total;

    /// <summary>Cells that hold a token, or will after the planned step.</summary>
    public int Used => _ledger.Used;

    /// <summary>Cells that running sequences hold.</summary>
    public int Pinned => _ledger.Pinned;

    /// <summary>Tokens of ended sequences that are kept, in the cells or in memory.</summary>
    public int CachedTokens => _ledger.Used - _ledger.Pinned + _stashedTokens;

    /// <summary>Cells that can be had: those that are free, and those of cached prefixes.</summary>
    public int Available => _ledger.Total - _ledger.Pinned;

    /// <summary>Whether there is a native sequence for one more entry beside those that run.</summary>
    public bool CanOpen => _freeIds.Count > 0 || !_limits.InMemory;

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

        return best is null ? default : new PrefixMatch(best, length, NewCells(best, length));
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
        if (match.Entry is { IsRunning: false, Stash: null } cached && cached.Computed == match.Length) return TakeOver(cached, sequence);
        if (match.Entry is { } source) source.LastUsed = ++_uses;
        var entry = Add(sequence, TakeId(), isRunning: true);
        if (match.Entry is not null) Begin(entry, match.Entry, match.Length);
        return entry;
    }

    /// <summary>
    /// Where sequences have cells of their own, only neighbours are computed together: moves those that run so that there is no gap.
    /// </summary>
    public void CloseGaps(IReadOnlyList<Sequence> running)
    {
        if (_limits.SharesCells) return;
        foreach (var sequence in running)
        {
            if (sequence.Kv is not { } entry || entry.Id < running.Count) continue;
            var (from, to) = (entry.Id, TakeId());
            if (entry.Computed > 0) _actions.Add(KvAction.Copy(from, to, entry.Computed));
            _actions.Add(KvAction.Truncate(from, 0));
            _freeIds.Add(from);
            entry.Id = to;
        }
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
        if (!keep || !_keeps || entry.Computed < SharedTokensMin || IsTooLong(entry) || IsContained(entry))
        {
            Remove(entry);
            return;
        }

        if (entry.Held > entry.Computed) Truncate(entry, entry.Computed);
        _ledger.SetRunning(entry, false);
        entry.LastUsed = ++_uses;
        RemoveContainedIn(entry);
        if (_limits.InMemory) PutAside(entry);
    }

    /// <summary>Makes a cached entry for tokens whose state comes from elsewhere.</summary>
    /// <param name="sequence">The tokens.</param>
    /// <param name="state">Their state. Unless the entry then has it, it is to be put into the entry's cells.</param>
    /// <returns>Null when there is no room beside running sequences.</returns>
    public KvEntry? TryRestore(Sequence sequence, byte[] state)
    {
        if (!_keeps || sequence.Count > (_limits.InMemory ? _limits.StashedTokensMax : Available)) return null;
        Version++;
        if (_limits.InMemory)
        {
            var aside = Add(sequence, -1, isRunning: false);
            aside.Computed = sequence.Count;
            Keep(aside, new KvStash { State = state });
            return aside;
        }

        var entry = Add(sequence, TakeId(), isRunning: false);
        while (sequence.Count > _ledger.Free) EvictOldest(except: entry);
        _ledger.Extend(entry, sequence.Count);
        entry.Computed = entry.Held;
        return entry;
    }

    /// <summary>Removes an entry.</summary>
    public void Remove(KvEntry entry)
    {
        if (entry.Stash is null) Empty(entry);
        else (_stashed, _stashedTokens) = (_stashed - 1, _stashedTokens - entry.Computed);
        var entries = _entries[entry.Key];
        entries.Remove(entry);
        if (entries.Count == 0) _entries.Remove(entry.Key);
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
        var ids = entries.Where(entry => entry.Stash is null).Select(entry => entry.Id);
        if (!ids.Concat(_freeIds).Order().SequenceEqual(Enumerable.Range(0, _limits.Ids)))
            throw new InvalidOperationException("A native sequence is lost or used twice.");
        var stashed = entries.Where(entry => entry.Stash is not null).ToList();
        var tokens = stashed.Sum(entry => entry.Computed);
        if (stashed.Count != _stashed || tokens != _stashedTokens || tokens > _limits.StashedTokensMax)
            throw new InvalidOperationException("States that were put aside are lost or too many.");
    }

    /// <summary>Cells that running sequences will hold more when one takes over the beginning of an entry.</summary>
    private int NewCells(KvEntry entry, int length)
    {
        if (entry.Stash is not null || !_limits.SharesCells) return length;
        var (cells, left) = (0, length);
        for (var i = 0; left > 0; i++)
        {
            var count = Math.Min(left, entry.Spans[i].Length);
            if (entry.Spans[i].Pins == 0) cells += count;
            left -= count;
        }

        return cells;
    }

    private void Begin(KvEntry entry, KvEntry source, int length)
    {
        if (source.Stash is null && _limits.SharesCells)
        {
            _ledger.Share(source, entry, length);
            _actions.Add(KvAction.Share(source.Id, entry.Id, length));
            return;
        }

        TryExtend(entry, length);
        entry.Computed = length;
        _actions.Add(source.Stash is { } stash
            ? KvAction.Restore(stash, entry.Id, length)
            : KvAction.Copy(source.Id, entry.Id, length));
    }

    private void PutAside(KvEntry entry)
    {
        var (stash, computed) = (new KvStash(), entry.Computed);
        _actions.Add(KvAction.PutAside(entry.Id, computed, stash));
        Empty(entry);
        (entry.Id, entry.Computed) = (-1, computed);
        Keep(entry, stash);
    }

    private void Keep(KvEntry entry, KvStash stash)
    {
        while (_stashed >= _limits.CachedMax || _stashedTokens + entry.Computed > _limits.StashedTokensMax) EvictOldest(except: entry);
        entry.Stash = stash;
        (_stashed, _stashedTokens) = (_stashed + 1, _stashedTokens + entry.Computed);
    }

    /// <summary>
    /// Gives back cells and native sequence. Told to the native cache even when the books hold nothing: a step that failed may have left
    /// something behind.
    /// </summary>
    private void Empty(KvEntry entry)
    {
        _ledger.Truncate(entry, 0);
        _actions.Add(KvAction.Truncate(entry.Id, 0));
        _freeIds.Add(entry.Id);
    }

    private bool IsTooLong(KvEntry entry) => _limits.InMemory && entry.Computed > _limits.StashedTokensMax;

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

    private int TakeId()
    {
        // Running sequences never use all ids, so when none is free there is a cached entry. The one that is shared from was just used.
        if (_freeIds.Count == 0) EvictOldest();
        var id = _freeIds.Min;
        _freeIds.Remove(id);
        return id;
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
