using System.Runtime.InteropServices;

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

    /// <summary>Tokens of the prompt.</summary>
    public int PromptCount { get; }

    /// <summary>Tokens, prompt included, at which it ends.</summary>
    public int TokensMax { get; }

    /// <summary>Tokens so far, prompt included.</summary>
    public int Count => _tokens.Count;

    /// <summary>Tokens generated so far.</summary>
    public int GeneratedCount => _tokens.Count - PromptCount;

    /// <summary>Tokens whose keys and values are in the cache: always a prefix of <see cref="Tokens"/>.</summary>
    public int ComputedCount { get; private set; }

    /// <summary>Tokens that the model has yet to see.</summary>
    public int PendingCount => Count - ComputedCount;

    /// <summary>Its place among the sequences that are decoded together; null while it waits.</summary>
    public int? Slot { get; private set; }

    /// <summary>The tokens. The span is valid until the next token is appended.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Whether it has all the tokens that it may have.</summary>
    public bool IsFull => Count >= TokensMax;

    /// <summary>The next token was chosen.</summary>
    public void Append(int token)
    {
        if (IsFull) throw new InvalidOperationException($"Sequence {Id} has all of its {TokensMax} tokens.");
        _tokens.Add(token);
    }

    internal void Admit(int slot) => Slot = slot;

    internal void Advance(int count) => ComputedCount += count;

    /// <summary>Forgets what was computed; the tokens stay, so that it can be computed again.</summary>
    internal void Evict()
    {
        Slot = null;
        ComputedCount = 0;
    }
}
