namespace Millrace.Inference.Speculation;

/// <summary>
/// Decides by measurement whether proposing tokens pays. It compares the time per token of steps with and without proposals while the same
/// number of sequences is decoded; where proposals lose they are switched off, and tried again later, ever less often while they keep
/// losing.
/// </summary>
internal sealed class SpeculationGovernor(int tokensMax)
{
    private const int ProbeSteps = 6;
    private const int TrialSteps = 16;
    private const int TrialsPerProbe = 8;
    private const int RestStepsMin = 128;
    private const int RestStepsMax = 8192;
    private const double NewestWeight = 0.15;

    private double? _plain;
    private double? _drafted;
    private int _sequences;
    private int _stepsLeft = ProbeSteps;
    private int _rest = RestStepsMin;
    private int _trials;
    private int _length = Math.Min(4, tokensMax);

    /// <summary>Whether tokens are proposed now.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Tokens to propose to each sequence in the next step; 0 for a step without.</summary>
    public int TokensToDraft => IsOn ? _length : 0;

    /// <summary>A step that only decoded was run.</summary>
    /// <param name="sequences">Sequences that it decoded.</param>
    /// <param name="drafted">Tokens that were proposed.</param>
    /// <param name="accepted">How many of them were confirmed.</param>
    /// <param name="time">How long proposing and running took.</param>
    public void Observe(int sequences, int drafted, int accepted, TimeSpan time)
    {
        if (sequences != _sequences) Restart(sequences);
        var perToken = time.TotalMilliseconds / (sequences + accepted);
        if (IsOn) _drafted = Mean(_drafted, perToken);
        else _plain = Mean(_plain, perToken);
        if (drafted > 0) Adapt(drafted / sequences, accepted / (double)drafted);
        if (--_stepsLeft <= 0) Judge();
    }

    private static double Mean(double? mean, double value) => mean is { } known ? known + (NewestWeight * (value - known)) : value;

    /// <summary>Proposals that are confirmed whole get longer, those that fail early shorter.</summary>
    private void Adapt(int drafted, double share)
    {
        if (drafted >= _length && share > 0.9) _length = Math.Min(tokensMax, _length * 2);
        else if (share < 0.4) _length = Math.Max(2, _length / 2);
    }

    private void Restart(int sequences)
    {
        (_sequences, _plain, _drafted) = (sequences, null, null);
        (IsOn, _stepsLeft) = (false, ProbeSteps);
    }

    private void Judge()
    {
        if (!IsOn)
        {
            // Plain steps are measured; now a trial, on fresh figures.
            (IsOn, _drafted, _trials, _stepsLeft) = (true, null, 0, TrialSteps);
        }
        else if (_drafted >= _plain)
        {
            (IsOn, _stepsLeft) = (false, _rest);
            _rest = Math.Min(RestStepsMax, _rest * 2);
        }
        else if (++_trials < TrialsPerProbe)
        {
            (_rest, _stepsLeft) = (RestStepsMin, TrialSteps);
        }
        else
        {
            // A step costs more as its sequences grow, so what proposals are compared with is measured again from time to time.
            (IsOn, _plain, _stepsLeft) = (false, null, ProbeSteps);
        }
    }
}
