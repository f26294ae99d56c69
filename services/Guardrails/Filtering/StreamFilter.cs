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
/// is left out. Findings to be replaced that overlap are replaced as one stretch, so no end of any is let through: under the first one's
/// name, unless the rest has to be found again, which then gets a name of its own.
/// </remarks>
public sealed class StreamFilter
{
    private readonly HeldText _held = new();
    private readonly StringBuilder _out = new();
    private readonly List<Finding> _findings = [];
    private readonly CandidateQueue _candidates = new();
    private readonly int[] _coveredTo = new int[(int)RuleAction.Block + 1];
    private readonly List<Cursor> _cursors;
    private readonly RuleSet _rules;
    private readonly int _findingsMax;
    private readonly IReplacer _replacer;
    private int _replacedTo;

    /// <summary>Begins a text.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="findingsMax">Most findings that are reported.</param>
    /// <param name="replacer">Says what takes the place of a finding; null for placeholders.</param>
    /// <param name="detectors">Detectors of this text alone, beside those of the rules.</param>
    public StreamFilter(RuleSet rules, int findingsMax, IReplacer? replacer = null, IReadOnlyList<Detector>? detectors = null)
    {
        (_rules, _findingsMax, _replacer) = (rules, findingsMax, replacer ?? PlaceholderReplacer.Instance);
        var own = (detectors ?? []).Select(rules.Active).OfType<ActiveDetector>();
        _cursors = [new Scan(rules), .. rules.Detectors.Concat(own).Select(active => new DetectionCursor(active))];
    }

    /// <summary>Whether findings carry the text that was found.</summary>
    public bool KeepsEvidence { get; init; }

    /// <summary>The strongest action so far.</summary>
    public RuleAction Action { get; private set; }

    /// <summary>What was found so far, in order of their starts; at most as many as the filter may report.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Whether a finding forbids the text. Nothing is let go any more.</summary>
    public bool IsBlocked => Action == RuleAction.Block;

    /// <summary>Normalised characters that are held back now; never more than <see cref="RuleSet.HeldCharsMax"/> between calls.</summary>
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
        _held.Append(delta, isEnd);

        var decided = _held.End;
        foreach (var cursor in _cursors)
        {
            cursor.Advance(_held, isEnd, _candidates);
            decided = Math.Min(decided, cursor.Position);
        }

        while (!IsBlocked && _candidates.TryTake(decided, out var candidate)) Settle(candidate);
        if (IsBlocked) return string.Empty;
        _out.Append(isEnd ? _held.ReleaseRest() : _held.ReleaseTo(decided));
        _held.Decided = decided;
        return _out.ToString();
    }

    private void Settle(Candidate candidate)
    {
        var verdict = candidate.Rule.Verdict;
        var action = verdict.ActionAt(candidate.Score);
        if (action == RuleAction.Allow || IsCovered(candidate.End, action)) return;

        Report(candidate, action, verdict.IsDryRun);
        if (verdict.IsDryRun) return;
        if (action is RuleAction.Mask or RuleAction.Hash or RuleAction.Pseudonym) Replace(candidate, action);
        _coveredTo[(int)action] = candidate.End;
    }

    // Findings come in order of their starts, so one that ends no later than another one lies inside it.
    private bool IsCovered(int end, RuleAction action)
    {
        for (var stronger = action; stronger <= RuleAction.Block; stronger++)
            if (_coveredTo[(int)stronger] >= end) return true;
        return false;
    }

    private void Report(Candidate candidate, RuleAction action, bool isDryRun)
    {
        if (action > Action && !isDryRun) Action = action;
        var (start, end) = (_held.OriginalStart(candidate.Start), _held.OriginalEnd(candidate.End));
        var finding = new Finding(candidate.Rule.Id, action, start, end - start, candidate.Score)
        {
            IsDryRun = isDryRun,
            Detail = candidate.Detail,
            Evidence = KeepsEvidence ? _held.Original(candidate.Start, candidate.End).ToString() : null,
        };
        if (_findings.Count < _findingsMax) _findings.Add(finding);

        // Whoever reads that a text was blocked must be able to see by what.
        else if (IsBlocked) _findings[^1] = finding;
    }

    private void Replace(Candidate candidate, RuleAction action)
    {
        var (rule, start) = (candidate.Rule, Math.Max(candidate.Start, _replacedTo));
        if (start >= candidate.End) return;

        _out.Append(_held.ReleaseTo(start));
        var isRest = start > candidate.Start;
        if (!isRest || action == RuleAction.Pseudonym)
            _out.Append(_replacer.Replace(rule.Id, action, rule.Verdict.Placeholder, _held.Original(start, candidate.End)));
        _held.Skip(candidate.End);
        _replacedTo = candidate.End;
    }

    /// <summary>Puts the placeholder of the rule.</summary>
    private sealed class PlaceholderReplacer : IReplacer
    {
        public static PlaceholderReplacer Instance { get; } = new();

        public string Replace(string rule, RuleAction action, string placeholder, ReadOnlySpan<char> text) => placeholder;
    }
}
