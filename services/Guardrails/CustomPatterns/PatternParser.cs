namespace Millrace.Guardrails.CustomPatterns;

/// <summary>
/// Reads the patterns that can be matched in one pass: characters, classes, groups, alternatives and repetitions. What is well known from
/// other expressions and would need going back in the text is refused by name.
/// </summary>
internal sealed class PatternParser
{
    private const int DepthMax = 32;
    private const int CountMax = 1_000;
    private const string Quantifiers = "*+?{";

    private readonly string _pattern;
    private readonly bool _ignoreCase;
    private int _position;
    private int _depth;

    private PatternParser(string pattern, bool ignoreCase) => (_pattern, _ignoreCase) = (pattern, ignoreCase);

    private bool IsEnd => _position == _pattern.Length;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="PatternException">It is not one, or asks for what is not supported.</exception>
    public static PatternNode Parse(string pattern, bool ignoreCase)
    {
        var parser = new PatternParser(pattern, ignoreCase);
        var node = parser.Choice();
        if (!parser.IsEnd) throw parser.Refuse("')' closes no group. Remove it, or write \\).");
        return node;
    }

    private PatternNode Choice()
    {
        List<PatternNode> options = [Sequence()];
        while (TryTake('|')) options.Add(Sequence());
        return options.Count == 1 ? options[0] : new ChoiceNode(options);
    }

    private SequenceNode Sequence()
    {
        List<PatternNode> parts = [];
        while (!IsEnd && _pattern[_position] is not ('|' or ')')) parts.Add(Repeated(Atom()));
        return new SequenceNode(parts);
    }

    private PatternNode Repeated(PatternNode part)
    {
        if (IsEnd || !Quantifiers.Contains(_pattern[_position], StringComparison.Ordinal)) return part;

        var repeated = _pattern[_position++] switch
        {
            '?' => new RepeatNode(part, 0, 1),
            '*' => new RepeatNode(part, 0, null),
            '+' => new RepeatNode(part, 1, null),
            _ => Counted(part),
        };
        if (!IsEnd && Quantifiers.Contains(_pattern[_position], StringComparison.Ordinal))
            throw Refuse("a repetition cannot be repeated or made lazy or possessive: the longest match is always taken. Use a group.");
        return repeated;
    }

    private RepeatNode Counted(PatternNode part)
    {
        var min = Number();
        int? max = min;
        if (TryTake(',')) max = !IsEnd && _pattern[_position] == '}' ? null : Number();
        if (!TryTake('}')) throw Refuse("a repetition is {2}, {2,} or {2,4}. Write \\{ for the character.");
        if (max < min) throw Refuse("the repetition's first number is above its second.");
        return new RepeatNode(part, min, max);
    }

    private int Number()
    {
        var start = _position;
        while (!IsEnd && char.IsAsciiDigit(_pattern[_position]) && _position - start < 5) _position++;
        if (start == _position) throw Refuse("a repetition is {2}, {2,} or {2,4}. Write \\{ for the character.");

        var number = int.Parse(_pattern.AsSpan(start, _position - start), System.Globalization.CultureInfo.InvariantCulture);
        return number <= CountMax ? number : throw Refuse($"a repetition counts to {CountMax} at most.");
    }

    private PatternNode Atom()
    {
        var c = _pattern[_position++];
        return c switch
        {
            '(' => Group(),
            '[' => Chars(PatternClass.Read(_pattern, ref _position, _ignoreCase)),
            '\\' => Chars(Cased(PatternEscape.Read(_pattern, ref _position))),
            '.' => Chars(CharSet.Any),
            '*' or '+' or '?' or '{' => throw RefuseLast($"'{c}' has nothing before it to repeat. Write \\{c} for the character."),
            '^' or '$' => throw RefuseLast($"'{c}' is not supported: a finding may stand anywhere. Use \\b at the ends, or \\{c}."),
            _ => Chars(Cased(CharSet.Of(c))),
        };
    }

    private PatternNode Group()
    {
        if (!IsEnd && _pattern[_position] == '?' && !TryTake("?:"))
            throw RefuseLast("only (...) and (?:...) are groups here; look-around, names and flags are not supported.");
        if (++_depth > DepthMax) throw Refuse($"groups lie in each other more than {DepthMax} deep.");

        var inner = Choice();
        _depth--;
        return TryTake(')') ? inner : throw Refuse("a group is not closed. Add ')', or write \\( for the character.");
    }

    private static CharNode Chars(CharSet set) =>
        set.IsEmpty ? throw new PatternException("a class has no character in it, so nothing could match.") : new CharNode(set);

    private CharSet Cased(CharSet set) => _ignoreCase ? set.WithBothCases() : set;

    private bool TryTake(char c)
    {
        if (IsEnd || _pattern[_position] != c) return false;
        _position++;
        return true;
    }

    private bool TryTake(string text)
    {
        if (string.CompareOrdinal(_pattern, _position, text, 0, text.Length) != 0) return false;
        _position += text.Length;
        return true;
    }

    private PatternException Refuse(string message) => new(_position, message);

    private PatternException RefuseLast(string message) => new(_position - 1, message);
}
