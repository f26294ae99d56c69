using System.Numerics;
using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Policies;

/// <summary>
/// The rules of a policy for one direction, ready to run: which recognisers may start at a character, what happens with their findings.
/// Immutable, shared by all checks.
/// </summary>
public sealed class RuleSet
{
    private const int RulesMax = 64;
    private const int AsciiCount = 128;

    private readonly Rule[] _rules;
    private readonly ulong[] _startsAt = new ulong[AsciiCount];
    private readonly ulong _startsBeyondAscii;
    private readonly ulong _startsInsideWord;
    private readonly float _blockScoreMin;

    /// <summary>Prepares rules.</summary>
    /// <param name="actions">Action by rule; rules that are not in it, and those that allow, are left out.</param>
    /// <param name="blockScoreMin">Score from which a finding blocks rather than being flagged.</param>
    public RuleSet(IReadOnlyDictionary<string, RuleAction> actions, float blockScoreMin)
    {
        _blockScoreMin = blockScoreMin;
        _rules = [.. Active(actions)];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_rules.Length, RulesMax, nameof(actions));

        for (var i = 0; i < _rules.Length; i++)
        {
            var (bit, recogniser) = (1UL << i, _rules[i].Recogniser);
            for (var c = '\0'; c < AsciiCount; c++)
                if (recogniser.CanStart(c)) _startsAt[c] |= bit;
            if (!recogniser.StartsWithAscii) _startsBeyondAscii |= bit;
            if (!recogniser.StartsAtWord) _startsInsideWord |= bit;
        }

        HeldCharsMax = _rules.Length == 0 ? 0 : _rules.Max(rule => rule.Recogniser.CharsMax);
    }

    /// <summary>Most UTF-16 code units that a stream can hold back under these rules.</summary>
    public int HeldCharsMax { get; }

    /// <summary>The rules that have to be asked at a position, as a set of bits; rule 0 is the lowest.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">The position.</param>
    internal ulong StartingAt(ReadOnlySpan<char> text, int position)
    {
        var c = text[position];
        var rules = c < AsciiCount ? _startsAt[c] : BeyondAscii(c);
        if (rules == 0) return 0;
        return position > 0 && Chars.IsWord(text[position - 1]) ? rules & _startsInsideWord : rules;
    }

    /// <summary>The rule of a bit.</summary>
    internal Rule this[int index] => _rules[index];

    /// <summary>What happens with a finding.</summary>
    internal RuleAction ActionOn(Rule rule, float score) =>
        rule.Action == RuleAction.Block && score < _blockScoreMin ? RuleAction.Flag : rule.Action;

    private ulong BeyondAscii(char c)
    {
        var starting = 0UL;
        for (var left = _startsBeyondAscii; left != 0; left &= left - 1)
            if (_rules[BitOperations.TrailingZeroCount(left)].Recogniser.CanStart(c)) starting |= left & (~left + 1);
        return starting;
    }

    private static IEnumerable<Rule> Active(IReadOnlyDictionary<string, RuleAction> actions)
    {
        foreach (var recogniser in RecogniserCatalog.All)
            if (actions.GetValueOrDefault(recogniser.Rule) is var action and not RuleAction.Allow)
                yield return new Rule(recogniser, action, PlaceholderOf(recogniser.Rule));
    }

    private static string PlaceholderOf(string rule)
    {
        var name = rule[(rule.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return $"[REDACTED_{name.ToUpperInvariant()}]";
    }

    /// <summary>One rule.</summary>
    /// <param name="Recogniser">What finds.</param>
    /// <param name="Action">What a policy asked for.</param>
    /// <param name="Placeholder">What a masked finding is replaced by.</param>
    internal sealed record Rule(Recogniser Recogniser, RuleAction Action, string Placeholder);
}
