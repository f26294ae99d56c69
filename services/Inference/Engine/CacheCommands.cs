using Millrace.Inference.KvCache;
using Millrace.Inference.Scheduling;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Engine;

/// <summary>Something that the engine's thread does to its cache between two steps.</summary>
internal abstract class CacheCommand : EngineRequest
{
    /// <summary>Does it.</summary>
    public abstract void Run(PrefixCache cache, ISequenceRunner runner);

    /// <summary>Brings the native cache to where the books are.</summary>
    /// <exception cref="LlamaException">A state could not be brought back; everything else was done.</exception>
    protected static void Synchronise(PrefixCache cache, ISequenceRunner runner)
    {
        var failure = runner.ApplyAll(cache.Actions);
        cache.ClearActions();
        if (failure is not null) throw failure;
    }

    /// <summary>A sequence of which at least the given tokens can be shared: one more follows, which is never computed.</summary>
    protected static Sequence Probe(CacheKey key, IReadOnlyList<int> tokens) => new(-1, [.. tokens, 0], tokens.Count + 2) { Key = key };
}

/// <summary>A command that gives something back.</summary>
internal abstract class CacheCommand<T> : CacheCommand
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it gave, or why it failed.</summary>
    public Task<T> Result => _result.Task;

    /// <inheritdoc/>
    public sealed override void Refuse(Exception reason) => _result.TrySetException(reason);

    /// <inheritdoc/>
    public sealed override void Run(PrefixCache cache, ISequenceRunner runner) => _result.TrySetResult(Compute(cache, runner));

    /// <summary>Does it.</summary>
    protected abstract T Compute(PrefixCache cache, ISequenceRunner runner);
}

/// <summary>Copies the state of a cached beginning out.</summary>
internal sealed class SaveState(CacheKey key, IReadOnlyList<int> tokens, long bytesMax) : CacheCommand<byte[]?>
{
    /// <inheritdoc/>
    protected override byte[]? Compute(PrefixCache cache, ISequenceRunner runner)
    {
        var probe = Probe(key, tokens);
        var match = cache.Match(probe);
        if (match.Length < tokens.Count)
            throw new MillraceException(
                Reason.ModelUnavailable,
                "The prompt's state left the cache before it could be saved. Try again when the member does less.");

        Synchronise(cache, runner);
        if (match.Entry is { Stash: { } stash }) return stash.State?.LongLength > bytesMax ? null : stash.State;
        if (!cache.CanOpen) return runner.SaveState(match.Entry!.Id, bytesMax);

        // Through an entry of its own, because the one that has it may go on behind it.
        var entry = cache.Open(probe, match);
        Synchronise(cache, runner);
        try
        {
            return runner.SaveState(entry.Id, bytesMax);
        }
        finally
        {
            cache.Close(entry, keep: true);
        }
    }
}

/// <summary>Puts a saved state into the cache.</summary>
internal sealed class RestoreState(CacheKey key, IReadOnlyList<int> tokens, byte[] state) : CacheCommand<bool>
{
    /// <inheritdoc/>
    protected override bool Compute(PrefixCache cache, ISequenceRunner runner)
    {
        if (cache.Match(Probe(key, tokens)).Length == tokens.Count) return true;
        var sequence = new Sequence(-1, [.. tokens], tokens.Count + 1) { Key = key };
        if (!cache.CanOpen || tokens.Count > cache.Available || cache.TryRestore(sequence, state) is not { } entry) return false;
        try
        {
            if (entry.Stash is not null) Try(cache, runner);
            else Fill(entry, cache, runner);
            return true;
        }
        catch
        {
            cache.Remove(entry);
            throw;
        }
    }

    private void Fill(KvEntry entry, PrefixCache cache, ISequenceRunner runner)
    {
        Synchronise(cache, runner);
        runner.RestoreState(entry.Id, state);
    }

    /// <summary>
    /// A state in memory is used for the first time when somebody needs it, who must not be the one to find out that it is damaged.
    /// </summary>
    private void Try(PrefixCache cache, ISequenceRunner runner)
    {
        var probe = Probe(key, tokens);
        var entry = cache.Open(probe, cache.Match(probe));
        try
        {
            Synchronise(cache, runner);
        }
        finally
        {
            cache.Close(entry, keep: false);
        }
    }
}

/// <summary>Forgets what was computed with an adapter that is gone.</summary>
internal sealed class ForgetAdapter(int adapter) : CacheCommand<bool>
{
    /// <inheritdoc/>
    protected override bool Compute(PrefixCache cache, ISequenceRunner runner)
    {
        cache.Forget(adapter);
        return true;
    }
}
