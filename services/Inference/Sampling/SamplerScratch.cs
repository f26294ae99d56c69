using Millrace.Inference.Detokenization;

namespace Millrace.Inference.Sampling;

/// <summary>Working memory for one token's sampling; one per engine thread, shared by its samplers one after another.</summary>
/// <param name="vocabulary">The model's tokens.</param>
internal sealed class SamplerScratch(ITokenVocabulary vocabulary)
{
    private readonly int[] _marks = new int[vocabulary.Size];
    private readonly int[] _seen = new int[vocabulary.Size];
    private int _mark;
    private int _seenCount;
    private int[] _matches = [];

    /// <summary>The model's tokens.</summary>
    public ITokenVocabulary Vocabulary { get; } = vocabulary;

    /// <summary>The logits, for the sampler to change.</summary>
    public float[] Logits { get; } = new float[vocabulary.Size];

    /// <summary>Weights relative to the best token, by token id.</summary>
    public float[] Weights { get; } = new float[vocabulary.Size];

    /// <summary>Sums of <see cref="Weights"/> by block.</summary>
    public float[] BlockSums { get; } = new float[Softmax.BlocksOf(vocabulary.Size)];

    /// <summary>Tokens that may be drawn.</summary>
    public CandidateSet Candidates { get; } = new(vocabulary.Size);

    /// <summary>The longest repetition that each token would extend; only that of <see cref="Seen"/> ones is set.</summary>
    public int[] Repetitions { get; } = new int[vocabulary.Size];

    /// <summary>The tokens of the set, in the order in which they were added.</summary>
    public ReadOnlySpan<int> Seen => _seen.AsSpan(0, _seenCount);

    /// <summary>Begins a new set of seen tokens.</summary>
    public void ForgetSeen() => (_mark, _seenCount) = (_mark + 1, 0);

    /// <summary>Adds a token to the set of seen ones; false when it was there.</summary>
    public bool See(int token)
    {
        if (_marks[token] == _mark) return false;
        _marks[token] = _mark;
        _seen[_seenCount++] = token;
        return true;
    }

    /// <summary>Zeroes to work with; they are the same memory each time, which grows to the longest asked for.</summary>
    public Span<int> Matches(int length)
    {
        if (_matches.Length < length) _matches = new int[Math.Max(length, 2 * _matches.Length)];
        var matches = _matches.AsSpan(0, length);
        matches.Clear();
        return matches;
    }
}
