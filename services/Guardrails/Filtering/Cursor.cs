using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Filtering;

/// <summary>How far one reader of a stream has decided.</summary>
internal abstract class Cursor
{
    /// <summary>The first position that it has not decided.</summary>
    public int Position { get; protected set; }

    /// <summary>Reads on as far as it can.</summary>
    public abstract void Advance(HeldText held, bool isEnd, CandidateQueue found);
}

/// <summary>One detector's way through a stream.</summary>
internal sealed class DetectionCursor(ActiveDetector active) : Cursor, ICandidates
{
    private readonly Detection.Detection _detection = active.Detector.Begin();
    private CandidateQueue? _found;
    private int _from;

    public override void Advance(HeldText held, bool isEnd, CandidateQueue found)
    {
        var text = held.Before(Position, active.Detector.ReadsFolded, out _from);
        _found = found;
        var decided = _from + _detection.Advance(text, Position - _from, isEnd, this);
        Position = isEnd ? held.End : Math.Clamp(decided, Position, held.End);
    }

    public void Add(int rule, int start, int length, float score, string? detail = null)
    {
        if (length <= 0 || active.Rules[rule] is not { } asked) return;
        _found?.Add(new Candidate(asked, Math.Max(Position, _from + start), length, score, detail));
    }
}
