namespace Millrace.Inference.Sampling;

/// <summary>Working memory for one token's sampling; one per engine thread, shared by its samplers one after another.</summary>
internal sealed class SamplerScratch(int vocabularySize)
{
    private readonly int[] _marks = new int[vocabularySize];
    private int _mark;

    /// <summary>The logits, for the sampler to change.</summary>
    public float[] Logits { get; } = new float[vocabularySize];

    /// <summary>Weights relative to the best token, by token id.</summary>
    public float[] Weights { get; } = new float[vocabularySize];

    /// <summary>Tokens that may be drawn.</summary>
    public Candidate[] Candidates { get; } = new Candidate[vocabularySize];

    /// <summary>Begins a new set of seen tokens.</summary>
    public void ForgetSeen() => _mark++;

    /// <summary>Adds a token to the set of seen ones; false when it was there.</summary>
    public bool See(int token)
    {
        if (_marks[token] == _mark) return false;
        _marks[token] = _mark;
        return true;
    }
}

/// <summary>A token that may be drawn.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Weight">Its probability divided by the best token's.</param>
internal readonly record struct Candidate(int Id, float Weight) : IComparable<Candidate>
{
    /// <summary>Heavier ones first; equal ones by id, so that the order does not depend on the sort.</summary>
    public int CompareTo(Candidate other)
    {
        var byWeight = other.Weight.CompareTo(Weight);
        return byWeight != 0 ? byWeight : Id.CompareTo(other.Id);
    }

    public static bool operator <(Candidate left, Candidate right) => left.CompareTo(right) < 0;

    public static bool operator >(Candidate left, Candidate right) => left.CompareTo(right) > 0;

    public static bool operator <=(Candidate left, Candidate right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Candidate left, Candidate right) => left.CompareTo(right) >= 0;
}
