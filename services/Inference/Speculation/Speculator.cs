using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Speculation;

/// <summary>Speculative decoding of one engine: who is proposed to, how much, and whether it pays.</summary>
internal sealed class Speculator(IDrafter drafter, int tokensMax)
{
    private readonly SpeculationGovernor _governor = new(Math.Min(tokensMax, IDrafter.TokensMax));
    private readonly List<Sequence> _decoding = [];

    /// <summary>Whether tokens are proposed now.</summary>
    public bool IsOn => _governor.IsOn;

    /// <summary>Tokens proposed since start.</summary>
    public long DraftedTotal { get; private set; }

    /// <summary>How many of them were confirmed.</summary>
    public long AcceptedTotal { get; private set; }

    /// <summary>Proposes tokens to the running sequences that are one token behind, unless some compute their prompt.</summary>
    public void Propose(IReadOnlyList<Sequence> running)
    {
        _decoding.Clear();
        if (_governor.TokensToDraft == 0) return;
        foreach (var sequence in running)
            if (sequence is { PendingCount: 1, DraftCount: 0, IsFull: false })
                _decoding.Add(sequence);

        // Beside prompts there is no time to win: the step is long anyway.
        if (_decoding.Count > 0 && _decoding.Count == running.Count) drafter.Draft(_decoding, _governor.TokensToDraft);
    }

    /// <summary>A step was run.</summary>
    /// <param name="plan">What it computed.</param>
    /// <param name="drafted">Tokens that were proposed.</param>
    /// <param name="accepted">How many of them were confirmed.</param>
    /// <param name="time">How long proposing and running took.</param>
    public void Observe(StepPlan plan, int drafted, int accepted, TimeSpan time)
    {
        DraftedTotal += drafted;
        AcceptedTotal += accepted;
        if (plan.TokenCount == plan.Entries.Count + drafted) _governor.Observe(plan.Entries.Count, drafted, accepted, time);
    }

    /// <summary>A sequence has ended.</summary>
    public void Forget(Sequence sequence) => drafter.Forget(sequence);
}
