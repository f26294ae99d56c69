namespace Millrace.Guardrails.CustomPatterns;

/// <summary>
/// A pattern as a table: from a state and a character to the next state. It is built whole when the settings are read, within bounds, so
/// that matching is one look-up for each character whatever the text is, and so that it is known exactly when nothing longer can match.
/// Immutable.
/// </summary>
internal sealed class Dfa
{
    /// <summary>Most states.</summary>
    public const int StatesMax = 2_000;

    /// <summary>The state from which nothing matches.</summary>
    public const int Dead = -1;

    /// <summary>The first state.</summary>
    public const int Start = 0;

    // Bound on the time that a pattern takes when settings are read: about a tenth of a second.
    private const long WorkMax = 20_000_000;

    private readonly CharClasses _classes;
    private readonly int[] _next;
    private readonly bool[] _accepts;
    private readonly bool[] _grows;

    /// <summary>Builds the table of a pattern.</summary>
    /// <exception cref="PatternException">It has too many states.</exception>
    public Dfa(Nfa nfa)
    {
        _classes = new CharClasses(nfa.Sets);
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        List<int[]> sets = [];
        List<int> next = [];
        Number(nfa.Closure([nfa.Start]), known, sets);
        var work = 0L;
        for (var state = 0; state < sets.Count; state++)
        {
            work += (long)sets[state].Length * _classes.Count;
            if (sets.Count > StatesMax || work > WorkMax) throw TooMany();
            for (var index = 0; index < _classes.Count; index++) next.Add(Step(nfa, sets[state], index, known, sets));
        }

        _next = [.. next];
        _accepts = [.. sets.Select(set => set.Contains(Nfa.Accept))];
        _grows = [.. Enumerable.Range(0, sets.Count).Select(state => Following(state).Any())];
    }

    /// <summary>The state behind a character; <see cref="Dead"/> when nothing matches any more.</summary>
    public int Next(int state, char c) => _next[(state * _classes.Count) + _classes.Of(c)];

    /// <summary>Whether what was read is a match.</summary>
    public bool Accepts(int state) => _accepts[state];

    /// <summary>Whether something longer can still match.</summary>
    public bool Grows(int state) => _grows[state];

    /// <summary>The states behind any one character, dead ones left out.</summary>
    public IEnumerable<int> Following(int state) =>
        new ArraySegment<int>(_next, state * _classes.Count, _classes.Count).Where(next => next != Dead).Distinct();

    private int Step(Nfa nfa, int[] from, int index, Dictionary<string, int> known, List<int[]> sets)
    {
        var c = _classes.ExampleOf(index);
        var reached = from.Where(state => nfa[state].Set?.Contains(c) is true).Select(state => nfa[state].Next).ToHashSet();
        return reached.Count == 0 ? Dead : Number(nfa.Closure(reached), known, sets);
    }

    private static int Number(int[] set, Dictionary<string, int> known, List<int[]> sets)
    {
        var key = string.Concat(set.Select(state => (char)state));
        if (known.TryGetValue(key, out var number)) return number;

        sets.Add(set);
        return known[key] = sets.Count - 1;
    }

    private static PatternException TooMany() => new(
        "it has too many states to be matched in one pass: too much can be going on at once. "
            + "Name what stands before a repetition more exactly, or lower the repetition's count.");
}
