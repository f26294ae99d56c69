using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Filtering;

/// <summary>The recognisers' way through a stream: those that may start at a position are asked, until one cannot tell yet.</summary>
internal sealed class Scan(RuleSet rules) : Cursor
{
    private readonly List<Candidate> _here = [];

    public override void Advance(HeldText held, bool isEnd, CandidateQueue found)
    {
        var text = held.Plain(out var from);
        var folded = held.Folded;
        var at = Position - from;
        for (; at < text.Length; at++)
        {
            var starting = rules.StartingAt(text, folded, at);
            if (starting.IsEmpty) continue;
            if (!TryFind(starting, new Texts(text, folded), at, isEnd)) break;
            foreach (var candidate in _here) found.Add(candidate with { Start = candidate.Start + from });
        }

        Position = from + at;
    }

    // Asks the rules; false when one of them cannot tell yet.
    private bool TryFind(RuleBits starting, Texts texts, int position, bool isEnd)
    {
        _here.Clear();
        foreach (var index in starting)
        {
            var rule = rules[index];
            var match = Ask(rule.Recogniser, rule.Recogniser.ReadsFolded ? texts.Folded : texts.Plain, position, isEnd);
            if (!match.IsDecided) return false;
            if (match.Length > 0) _here.Add(new Candidate(rule.Rule, position, match.Length, match.Score, null));
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

    private readonly ref struct Texts(ReadOnlySpan<char> plain, ReadOnlySpan<char> folded)
    {
        public ReadOnlySpan<char> Plain { get; } = plain;

        public ReadOnlySpan<char> Folded { get; } = folded;
    }
}
