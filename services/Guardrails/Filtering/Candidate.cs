using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Filtering;

/// <summary>Something that was found and not yet acted upon.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Start">Its position.</param>
/// <param name="Length">Its length in normalised characters.</param>
/// <param name="Score">Confidence in [0, 1].</param>
/// <param name="Detail">What an operator may be told of it.</param>
internal readonly record struct Candidate(ActiveRule Rule, int Start, int Length, float Score, string? Detail)
{
    /// <summary>Position behind it.</summary>
    public int End => Start + Length;
}

/// <summary>Candidates in the order in which they are acted upon: by start, the longest first, then by the order of the rules.</summary>
internal sealed class CandidateQueue
{
    private readonly List<Candidate> _waiting = [];
    private int _taken;

    /// <summary>Adds one.</summary>
    public void Add(Candidate candidate)
    {
        var at = _waiting.Count;
        while (at > _taken && IsBefore(candidate, _waiting[at - 1])) at--;
        _waiting.Insert(at, candidate);
    }

    /// <summary>Takes the next one that starts before a position.</summary>
    public bool TryTake(int before, out Candidate candidate)
    {
        candidate = _taken < _waiting.Count ? _waiting[_taken] : default;
        if (_taken < _waiting.Count && candidate.Start < before)
        {
            _taken++;
            return true;
        }

        _waiting.RemoveRange(0, _taken);
        _taken = 0;
        return false;
    }

    private static bool IsBefore(Candidate candidate, Candidate other) =>
        (candidate.Start, -candidate.Length, candidate.Rule.Order).CompareTo((other.Start, -other.Length, other.Rule.Order)) < 0;
}
