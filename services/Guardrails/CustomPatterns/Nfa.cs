namespace Millrace.Guardrails.CustomPatterns;

/// <summary>
/// A pattern as states (after Thompson): each goes on with a character of a set, or without one to one or two others. Built from the end
/// to the start, so that each part knows what follows it.
/// </summary>
internal sealed class Nfa
{
    /// <summary>Most states; repetitions are written out.</summary>
    public const int StatesMax = 4_096;

    // Empty parts make no states, and repeated often enough they still take time.
    private const int PartsMax = 50_000;

    /// <summary>The state in which a match is complete.</summary>
    public const int Accept = 0;

    private readonly List<State> _states = [new State(null, Accept, Accept)];
    private int _parts;

    /// <summary>Builds the states of a pattern.</summary>
    /// <exception cref="PatternException">They are too many.</exception>
    public Nfa(PatternNode node) => Start = Build(node, Accept);

    /// <summary>The first state.</summary>
    public int Start { get; }

    /// <summary>The sets of all states that read a character, each once.</summary>
    public IReadOnlyList<CharSet> Sets => [.. _states.Select(state => state.Set).OfType<CharSet>().Distinct()];

    /// <summary>One state.</summary>
    public State this[int index] => _states[index];

    /// <summary>The states that read or accept and are reached from some without reading, in order.</summary>
    public int[] Closure(IEnumerable<int> from)
    {
        HashSet<int> seen = [.. from];
        Stack<int> open = new(seen);
        while (open.TryPop(out var index))
        {
            var state = _states[index];
            if (state.Set is not null || index == Accept) continue;
            if (seen.Add(state.Next)) open.Push(state.Next);
            if (seen.Add(state.Other)) open.Push(state.Other);
        }

        return [.. seen.Where(index => index == Accept || _states[index].Set is not null).Order()];
    }

    private int Build(PatternNode node, int next)
    {
        if (++_parts > PartsMax) throw TooMany();
        return node switch
        {
            CharNode chars => Add(new State(chars.Set, next, next)),
            SequenceNode sequence => sequence.Parts.Reverse().Aggregate(next, (following, part) => Build(part, following)),
            ChoiceNode choice => choice.Options.Select(option => Build(option, next))
                .Aggregate((one, other) => Add(new State(null, one, other))),
            RepeatNode repeat => Repeat(repeat, next),
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };
    }

    private int Repeat(RepeatNode repeat, int next)
    {
        var from = next;
        if (repeat.CountMax is { } max)
        {
            for (var i = repeat.CountMin; i < max; i++) from = Add(new State(null, Build(repeat.Part, from), next));
        }
        else
        {
            from = Add(new State(null, next, next));
            _states[from] = new State(null, Build(repeat.Part, from), next);
        }

        for (var i = 0; i < repeat.CountMin; i++) from = Build(repeat.Part, from);
        return from;
    }

    private int Add(State state)
    {
        if (_states.Count == StatesMax) throw TooMany();
        _states.Add(state);
        return _states.Count - 1;
    }

    private static PatternException TooMany() => new(
        $"written out, its repetitions need more than {StatesMax} states. Lower their counts, or do not put one into another.");

    /// <summary>One state.</summary>
    /// <param name="Set">The characters that it reads; null when it goes on without.</param>
    /// <param name="Next">Where it goes on.</param>
    /// <param name="Other">Where else it goes on without reading.</param>
    public readonly record struct State(CharSet? Set, int Next, int Other);
}
