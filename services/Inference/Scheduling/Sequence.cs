using System.Runtime.InteropServices;
using Millrace.Inference.KvCache;

namespace Millrace.Inference.Scheduling;

/// <summary>Which sequences go first when there are more than slots.</summary>
internal enum SequenceClass
{
    /// <summary>Somebody waits for the answer.</summary>
    Interactive = 0,

    /// <summary>Nobody waits; goes after every interactive sequence.</summary>
    Batch = 1,
}

/// <summary>
/// The tokens of one choice: the prompt, then what was generated. Only the scheduler moves it; everything else reads.
/// </summary>
internal sealed class Sequence
{
    private readonly List<int> _tokens;

    /// <summary>Creates a waiting sequence.</summary>
    /// <param name="id">Order of arrival; a lower one is older.</param>
    /// <param name="prompt">The prompt's tokens, at least one.</param>
    /// <param name="tokensMax">Tokens, prompt included, at which it ends; more than the prompt's.</param>
    public Sequence(long id, ReadOnlySpan<int> prompt, int tokensMax)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Length);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(tokensMax, prompt.Length);
        _tokens = [.. prompt];
        Id = id;
        PromptCount = prompt.Length;
        TokensMax = tokensMax;
    }

    /// <summary>Order of arrival; a lower one is older.</summary>
    public long Id { get; }

    /// <summary>Which sequences go before it.</summary>
    public SequenceClass Class { get; init; }

    /// <summary>Sequences of one key share the slots fairly with those of other keys.</summary>
    public string FairnessKey { get; init; } = "";

    /// <summary>Whose computed state it may share, and by which adapter it is computed.</summary>
    public CacheKey Key { get; init; } = CacheKey.None;

    /// <summary>Opaque names of the prompt's beginnings, for those who choose a member by them.</summary>
    public IReadOnlyList<ulong> PrefixKeys { get; init; } = [];

    /// <summary>Whether the model's output is wanted after every token of the prompt, so that all of it must be computed.</summary>
    public bool WantsPromptOutputs { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptCount { get; }

    /// <summary>Tokens, prompt included, at which it ends.</summary>
    public int TokensMax { get; }

    /// <summary>Tokens so far, prompt included.</summary>
    public int Count => _tokens.Count - DraftCount;

    /// <summary>Tokens generated so far.</summary>
    public int GeneratedCount => Count - PromptCount;

    /// <summary>Tokens proposed to follow, which the model has yet to confirm.</summary>
    public int DraftCount { get; private set; }

    /// <summary>Where its computed state is; null while it waits.</summary>
    public KvEntry? Kv { get; private set; }

    /// <summary>Whether it has a slot.</summary>
    public bool IsRunning => Kv is not null;

    /// <summary>Tokens whose keys and values are in the cache: always a prefix of <see cref="Tokens"/>.</summary>
    public int ComputedCount => Kv?.Computed ?? 0;

    /// <summary>Tokens that the model has yet to see.</summary>
    public int PendingCount => Count - ComputedCount;

    /// <summary>Tokens of the prompt that were in the cache when it first got a slot.</summary>
    public int CachedCount { get; private set; }

    /// <summary>The tokens. The span is valid until the next token is appended.</summary>
    public ReadOnlySpan<int> Tokens => TokensAndDraft[..Count];

    /// <summary>The tokens and those proposed to follow.</summary>
    public ReadOnlySpan<int> TokensAndDraft => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Whether it has all the tokens that it may have.</summary>
    public bool IsFull => Count >= TokensMax;

    private bool HasRunBefore { get; set; }

    /// <summary>The next token was chosen.</summary>
    public void Append(int token)
    {
        if (IsFull) throw new InvalidOperationException($"Sequence {Id} has all of its {TokensMax} tokens.");
        if (DraftCount > 0) throw new InvalidOperationException($"Sequence {Id} has proposed tokens that were not judged.");
        _tokens.Add(token);
    }

    /// <summary>Proposes tokens to follow; those for which there is no place are left out.</summary>
    public void Propose(ReadOnlySpan<int> tokens)
    {
        DropDraft();
        var draft = tokens[..Math.Min(tokens.Length, TokensMax - Count)];
        CollectionsMarshal.SetCount(_tokens, _tokens.Count + draft.Length);
        draft.CopyTo(CollectionsMarshal.AsSpan(_tokens)[^draft.Length..]);
        DraftCount = draft.Length;
    }

    /// <summary>Takes the proposed tokens back, to be judged one by one.</summary>
    /// <param name="draft">Receives them.</param>
    /// <returns>How many there are.</returns>
    public int TakeDraft(Span<int> draft)
    {
        TokensAndDraft[Count..].CopyTo(draft);
        return DropDraft();
    }

    /// <summary>Forgets the proposed tokens from one on.</summary>
    internal void CutDraft(int count)
    {
        if (count >= DraftCount) return;
        CollectionsMarshal.SetCount(_tokens, Count + count);
        DraftCount = count;
    }

    internal void Admit(KvEntry entry)
    {
        Kv = entry;
        if (!HasRunBefore) CachedCount = entry.Computed;
        HasRunBefore = true;
    }

    /// <summary>Loses its slot; the tokens stay, so that it can be computed again.</summary>
    internal void Evict()
    {
        DropDraft();
        Kv = null;
    }

    private int DropDraft()
    {
        var count = DraftCount;
        CutDraft(0);
        return count;
    }
}
