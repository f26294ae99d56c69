namespace Millrace.Guardrails.Leaks;

/// <summary>
/// Every run of words of some texts, as a suffix automaton: reading word by word it knows at each how many of the last words stand in a
/// row in one of the texts. Building and reading are linear in the words. Immutable once built.
/// </summary>
internal sealed class WordAutomaton
{
    private readonly Dictionary<(int State, ulong Word), int> _next = [];
    private readonly List<(int Link, int Length)> _states = [(-1, 0)];
    private readonly List<List<ulong>> _words = [[]];
    private int _last;
    private ulong _breaks;

    /// <summary>Whether it has no words.</summary>
    public bool IsEmpty => _states.Count == 1;

    /// <summary>Adds a text. Runs do not go on from one text to the next.</summary>
    public void Add(IEnumerable<ulong> words)
    {
        foreach (var word in words) AddWord(word);

        // Words are odd; a break is even and never read.
        AddWord(_breaks += 2);
    }

    /// <summary>Reads a word.</summary>
    /// <param name="state">Where the reading is; 0 at the start.</param>
    /// <param name="length">How many of the last words are a run.</param>
    /// <param name="word">The word.</param>
    public void Read(ref int state, ref int length, ulong word)
    {
        int next;
        while (!_next.TryGetValue((state, word), out next) && state != 0)
        {
            state = _states[state].Link;
            length = _states[state].Length;
        }

        if (next == 0) return;
        state = next;
        length++;
    }

    private void AddWord(ulong word)
    {
        var added = NewState(_states[_last].Length + 1);
        var state = _last;
        for (; state >= 0 && !_next.ContainsKey((state, word)); state = _states[state].Link) Connect(state, word, added);

        if (state < 0) Link(added, 0);
        else
        {
            var next = _next[(state, word)];
            Link(added, _states[next].Length == _states[state].Length + 1 ? next : Split(state, word, next));
        }

        _last = added;
    }

    // A state that stands for runs of two lengths becomes two.
    private int Split(int state, ulong word, int next)
    {
        var copy = NewState(_states[state].Length + 1);
        Link(copy, _states[next].Link);
        foreach (var known in _words[next]) Connect(copy, known, _next[(next, known)]);

        for (; state >= 0 && _next.TryGetValue((state, word), out var target) && target == next; state = _states[state].Link)
            _next[(state, word)] = copy;
        Link(next, copy);
        return copy;
    }

    private int NewState(int length)
    {
        _states.Add((0, length));
        _words.Add([]);
        return _states.Count - 1;
    }

    private void Link(int state, int link) => _states[state] = (link, _states[state].Length);

    private void Connect(int state, ulong word, int next)
    {
        _next[(state, word)] = next;
        _words[state].Add(word);
    }
}
