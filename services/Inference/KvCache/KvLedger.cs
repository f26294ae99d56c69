namespace Millrace.Inference.KvCache;

/// <summary>
/// Accounts for the cells of the native cache: who holds which, exactly as the native cache does, so that a step is known to fit before it
/// is run. A cell holds one token; entries that share a beginning share its cells; a cell is free when nobody holds it.
/// </summary>
internal sealed class KvLedger(int total)
{
    /// <summary>All cells.</summary>
    public int Total { get; } = total;

    /// <summary>Cells that somebody holds.</summary>
    public int Used { get; private set; }

    /// <summary>Cells that a running sequence holds.</summary>
    public int Pinned { get; private set; }

    /// <summary>Cells that nobody holds.</summary>
    public int Free => Total - Used;

    /// <summary>Gives free cells to an entry, behind those that it has.</summary>
    public void Extend(KvEntry entry, int count)
    {
        if (count <= 0 || count > Free) throw new InvalidOperationException($"{count} cells were taken while {Free} were free.");
        if (entry.Spans.Count > 0 && entry.Spans[^1].Holders.Count == 1) Resize(entry.Spans[^1], count);
        else Hold(entry, new KvSpan(count), isNew: true);
        entry.Held += count;
    }

    /// <summary>Lets an empty entry share the beginning of another's cells.</summary>
    public void Share(KvEntry source, KvEntry target, int length)
    {
        var left = length;
        for (var i = 0; left > 0; i++)
        {
            var span = source.Spans[i];
            if (span.Length > left) span.Split(left);
            Hold(target, span, isNew: false);
            left -= span.Length;
        }

        target.Held = target.Computed = length;
    }

    /// <summary>Takes an entry's cells from <paramref name="length"/> on away from it.</summary>
    public void Truncate(KvEntry entry, int length)
    {
        for (var excess = entry.Held - length; excess > 0;)
        {
            var last = entry.Spans[^1];
            if (last.Length > excess) last = last.Split(last.Length - excess);
            entry.Spans.RemoveAt(entry.Spans.Count - 1);
            excess -= last.Length;
            LetGo(entry, last);
        }

        entry.Held = length;
        entry.Computed = Math.Min(entry.Computed, length);
    }

    /// <summary>The entry's sequence begins or ceases to run.</summary>
    public void SetRunning(KvEntry entry, bool isRunning)
    {
        if (entry.IsRunning == isRunning) return;
        entry.IsRunning = isRunning;
        foreach (var span in entry.Spans) Pin(span, isRunning ? 1 : -1);
    }

    /// <summary>Cells that an entry holds and no other running one does.</summary>
    public static int PinnedOnlyBy(KvEntry entry)
    {
        var cells = 0;
        foreach (var span in entry.Spans)
            if (span.Pins == 1)
                cells += span.Length;
        return cells;
    }

    /// <summary>Checks the books against the entries.</summary>
    /// <exception cref="InvalidOperationException">They do not balance.</exception>
    public void CheckIntegrity(IReadOnlyCollection<KvEntry> entries)
    {
        var spans = entries.SelectMany(entry => entry.Spans).Distinct().ToList();
        Require(spans.Sum(span => span.Length) == Used && Used <= Total, "used cells");
        Require(spans.Where(span => span.Pins > 0).Sum(span => span.Length) == Pinned, "pinned cells");
        Require(spans.TrueForAll(span => span.Length > 0), "an empty span");
        Require(spans.TrueForAll(span => span.Pins == span.Holders.Count(holder => holder.IsRunning)), "pins");
        Require(spans.TrueForAll(span => span.Holders.TrueForAll(holder => holder.Spans.Contains(span))), "holders");
        Require(entries.All(entry => entry.Spans.Sum(span => span.Length) == entry.Held), "an entry");
        Require(entries.All(entry => entry.Stash is null ? entry.Computed <= entry.Held : entry.Held == 0), "a state");
    }

    private static void Require(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"The books of the KV cache do not balance: {what}.");
    }

    private void Resize(KvSpan span, int by)
    {
        span.Length += by;
        Used += by;
        if (span.Pins > 0) Pinned += by;
    }

    private void Hold(KvEntry entry, KvSpan span, bool isNew)
    {
        if (isNew) Used += span.Length;
        entry.Spans.Add(span);
        span.Holders.Add(entry);
        if (entry.IsRunning) Pin(span, 1);
    }

    private void LetGo(KvEntry entry, KvSpan span)
    {
        if (entry.IsRunning) Pin(span, -1);
        span.Holders.Remove(entry);
        if (span.Holders.Count == 0) Used -= span.Length;
    }

    private void Pin(KvSpan span, int by)
    {
        var before = span.Pins;
        span.Pins += by;
        if (before == 0) Pinned += span.Length;
        else if (span.Pins == 0) Pinned -= span.Length;
    }
}
