using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Policies;

/// <summary>A rule that a policy does something about.</summary>
/// <param name="Id">Its id, such as <c>pii.email</c>.</param>
/// <param name="Order">Its place among the rules: the first of two equally long findings at one position counts.</param>
/// <param name="Verdict">What happens with findings.</param>
internal sealed record ActiveRule(string Id, int Order, RuleVerdict Verdict);

/// <summary>A recogniser whose rule is active.</summary>
internal sealed record ActiveRecogniser(ActiveRule Rule, Recogniser Recogniser);

/// <summary>A detector with those of its rules that are active; null in the place of the others.</summary>
internal sealed record ActiveDetector(Detector Detector, IReadOnlyList<ActiveRule?> Rules);

/// <summary>
/// The rules of a policy for one direction, ready to run: which recognisers may start at a character, what happens with their findings.
/// Immutable, shared by all checks.
/// </summary>
public sealed class RuleSet
{
    private const int AsciiCount = 128;

    // What is told from one position is told more exactly than what needs a sentence.
    private const int DetectorsOrder = 1_000;

    private readonly RuleActions _actions;
    private readonly ActiveRecogniser[] _recognisers;
    private readonly ActiveDetector[] _detectors;
    private readonly RuleBits[] _startsAt = new RuleBits[AsciiCount];
    private readonly RuleBits[] _goesOnWith = new RuleBits[AsciiCount];
    private readonly RuleBits _beyondAscii;
    private readonly RuleBits _folded;
    private readonly RuleBits _insideWord;
    private readonly RuleBits _takesWords;

    /// <summary>Prepares rules. Those that allow are left out.</summary>
    /// <param name="recognisers">The recognisers; at most 128 of them may be active.</param>
    /// <param name="detectors">The detectors.</param>
    /// <param name="actions">What happens with findings.</param>
    public RuleSet(IReadOnlyList<Recogniser> recognisers, IReadOnlyList<Detector> detectors, RuleActions actions)
    {
        _actions = actions;
        _recognisers = [.. recognisers.Select(Active).OfType<ActiveRecogniser>()];
        _detectors = [.. detectors.Select(Active).OfType<ActiveDetector>()];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_recognisers.Length, RuleBits.Capacity, nameof(recognisers));

        for (var i = 0; i < _recognisers.Length; i++)
        {
            var (bit, recogniser) = (RuleBits.Of(i), _recognisers[i].Recogniser);
            for (var c = '\0'; c < AsciiCount; c++)
            {
                if (recogniser.CanStart(c)) _startsAt[c] |= bit;
                if (recogniser.CanBeSecond(c)) _goesOnWith[c] |= bit;
            }

            if (!recogniser.StartsWithAscii) _beyondAscii |= bit;
            if (recogniser.ReadsFolded) _folded |= bit;
            if (!recogniser.StartsAtWord) _insideWord |= bit;
            if (recogniser.TakesWords) _takesWords |= bit;
        }

        HeldCharsMax = Math.Max(
            _recognisers.Select(active => active.Recogniser.CharsMax).DefaultIfEmpty().Max(),
            _detectors.Select(active => active.Detector.CharsMax).DefaultIfEmpty().Max());
    }

    /// <summary>Most characters that a stream can hold back under these rules.</summary>
    public int HeldCharsMax { get; }

    /// <summary>The detectors.</summary>
    internal IReadOnlyList<ActiveDetector> Detectors => _detectors;

    /// <summary>The recogniser of an index.</summary>
    internal ActiveRecogniser this[int index] => _recognisers[index];

    /// <summary>The recognisers that have to be asked at a position.</summary>
    /// <param name="text">The text.</param>
    /// <param name="folded">The text with look-alike letters as Latin ones.</param>
    /// <param name="position">The position.</param>
    internal RuleBits StartingAt(ReadOnlySpan<char> text, ReadOnlySpan<char> folded, int position)
    {
        var c = text[position];
        var rules = c < AsciiCount ? _startsAt[c] : BeyondAscii(c, folded[position]);
        if (rules.IsEmpty) return rules;
        if (position > 0 && Chars.IsWord(text[position - 1])) rules &= _insideWord;
        if (position + 1 < text.Length && folded[position + 1] is var next and < (char)AsciiCount) rules &= _goesOnWith[next];
        return char.IsAsciiLetter(c) && !rules.IsWithin(_takesWords) && PlainWord.StartsAt(text, position) ? rules & _takesWords : rules;
    }

    /// <summary>A detector of one request beside these rules; null when the policy allows all that it finds.</summary>
    internal ActiveDetector? Active(Detector detector)
    {
        ActiveRule?[] rules = [.. detector.Rules.Select((rule, at) => Active(rule, DetectorsOrder + at))];
        return rules.Any(rule => rule is not null) ? new ActiveDetector(detector, rules) : null;
    }

    private RuleBits BeyondAscii(char plain, char folded)
    {
        var starting = default(RuleBits);
        foreach (var index in _beyondAscii)
            if (_recognisers[index].Recogniser.CanStart(plain)) starting |= RuleBits.Of(index);
        return folded < AsciiCount ? starting | (_startsAt[folded] & _folded) : starting;
    }

    private ActiveRecogniser? Active(Recogniser recogniser, int order) =>
        Active(recogniser.Rule, order) is { } rule ? new ActiveRecogniser(rule, recogniser) : null;

    private ActiveRule? Active(string id, int order)
    {
        var verdict = _actions.Of(id);
        return verdict.Action == RuleAction.Allow ? null : new ActiveRule(id, order, verdict);
    }
}
