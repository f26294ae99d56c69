using System.Numerics;
using System.Text;
using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Filtering;

/// <summary>
/// Applies rules to a text that comes in pieces. Positions are decided strictly in order, each only when every rule's answer holds
/// whatever text follows; what is before the first undecided position is let go. The result is therefore a function of the text alone and
/// not of how it was cut, and a whole text is checked by the same code. Not for use by several threads at once.
/// </summary>
/// <remarks>
/// At one position the longest finding comes first, then the order of the rules. A finding inside another of at least equal action
/// is left out; findings to be masked that overlap are masked as one stretch under the first one's name, so no end of any is let through.
/// </remarks>
public sealed class StreamFilter(RuleSet rules, int findingsMax)
{
    private readonly HeldText _held = new();
    private readonly StringBuilder _out = new();
    private readonly List<Finding> _findings = [];
    private readonly int[] _coveredTo = new int[(int)RuleAction.Block + 1];
    private readonly List<Candidate> _candidates = [];

    /// <summary>The strongest action so far.</summary>
    public RuleAction Action { get; private set; }

    /// <summary>What was found so far, in order of their starts; at most as many as the filter may report.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Whether a finding forbids the text. Nothing is let go any more.</summary>
    public bool IsBlocked => Action == RuleAction.Block;

    /// <summary>UTF-16 code units that are held back now; never more than <see cref="RuleSet.HeldCharsMax"/> between calls.</summary>
    public int HeldChars => _held.Chars;

    /// <summary>Takes the next piece.</summary>
    /// <returns>The text that may go on, possibly empty.</returns>
    public string Push(ReadOnlySpan<char> delta) => Advance(delta, isEnd: false);

    /// <summary>Ends the text.</summary>
    /// <returns>The rest of what may go on, possibly empty.</returns>
    public string End() => Advance([], isEnd: true);

    private string Advance(ReadOnlySpan<char> delta, bool isEnd)
    {
        if (IsBlocked) return string.Empty;
        _out.Clear();
        _held.Append(delta);
        Scan(isEnd);
        return IsBlocked ? string.Empty : _out.ToString();
    }

    private void Scan(bool isEnd)
    {
        var text = _held.Text;
        var position = _held.Position;
        for (; position < text.Length; position++)
        {
            var starting = rules.StartingAt(text, position);
            if (starting == 0) continue;
            if (!TryFind(starting, text, position, isEnd)) break;
            if (_candidates.Count > 0) Settle(position);
            if (IsBlocked) return;
        }

        LetGo(position);
        _held.Position = position;
    }

    // Asks the rules; false when one of them cannot tell yet.
    private bool TryFind(ulong starting, ReadOnlySpan<char> text, int position, bool isEnd)
    {
        _candidates.Clear();
        for (; starting != 0; starting &= starting - 1)
        {
            var rule = rules[BitOperations.TrailingZeroCount(starting)];
            var match = Ask(rule.Recogniser, text, position, isEnd);
            if (!match.IsDecided) return false;
            if (match.Length > 0) AddByLength(new Candidate(rule, match.Length, match.Score));
        }

        return true;
    }

    // A recogniser sees the same window however the text was cut. Undecided on a full one means that nothing short enough is there.
    private static Match Ask(Recogniser recogniser, ReadOnlySpan<char> text, int position, bool isEnd)
    {
        var start = Math.Max(0, position - Recogniser.LookBehindMax);
        var end = Math.Min(text.Length, position + recogniser.CharsMax);
        var match = recogniser.MatchAt(text[start..end], position - start, isEnd && end == text.Length);
        var isFull = end - position == recogniser.CharsMax;
        return match.IsDecided || !(isFull || isEnd) ? match : Match.None;
    }

    private void AddByLength(Candidate candidate)
    {
        var at = _candidates.Count;
        while (at > 0 && _candidates[at - 1].Length < candidate.Length) at--;
        _candidates.Insert(at, candidate);
    }

    private void Settle(int position)
    {
        foreach (var candidate in _candidates)
        {
            var action = rules.ActionOn(candidate.Rule, candidate.Score);
            var end = _held.Offset + position + candidate.Length;
            if (IsCovered(end, action)) continue;

            Report(new Finding(candidate.Rule.Recogniser.Rule, action, _held.Offset + position, candidate.Length, candidate.Score));
            if (action == RuleAction.Mask) Mask(position, position + candidate.Length, candidate.Rule.Placeholder);
            _coveredTo[(int)action] = end;
        }
    }

    // Findings come in order of their starts, so one that ends no later than another one lies inside it.
    private bool IsCovered(int end, RuleAction action)
    {
        for (var stronger = action; stronger <= RuleAction.Block; stronger++)
            if (_coveredTo[(int)stronger] >= end) return true;
        return false;
    }

    private void Report(Finding finding)
    {
        if (finding.Action > Action) Action = finding.Action;
        if (_findings.Count < findingsMax) _findings.Add(finding);

        // Whoever reads that a text was blocked must be able to see by what.
        else if (finding.Action == RuleAction.Block) _findings[^1] = finding;
    }

    private void Mask(int start, int end, string placeholder)
    {
        var overlaps = _coveredTo[(int)RuleAction.Mask] > _held.Offset + start;
        LetGo(start);
        if (!overlaps) _out.Append(placeholder);
        _held.Skip(end);
    }

    private void LetGo(int end) => _out.Append(_held.Release(end));

    private readonly record struct Candidate(RuleSet.Rule Rule, int Length, float Score);
}
