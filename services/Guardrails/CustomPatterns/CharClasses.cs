namespace Millrace.Guardrails.CustomPatterns;

/// <summary>Characters that no set of a pattern tells apart, by number. Immutable.</summary>
internal sealed class CharClasses
{
    private const int AsciiCount = 128;

    private readonly char[] _starts;
    private readonly ushort[] _classOfStart;
    private readonly ushort[] _ascii = new ushort[AsciiCount];
    private readonly List<char> _examples = [];

    /// <summary>Prepares the classes of sets.</summary>
    public CharClasses(IReadOnlyList<CharSet> sets)
    {
        _starts =
        [
            .. sets.SelectMany(set => set.Ranges)
                .SelectMany(range => (int[])[range.First, range.Last + 1])
                .Where(code => code <= char.MaxValue)
                .Append(0).Distinct().Order().Select(code => (char)code),
        ];
        Dictionary<string, ushort> classes = new(StringComparer.Ordinal);
        _classOfStart = [.. _starts.Select(start => ClassOf(start, sets, classes))];
        for (var c = '\0'; c < AsciiCount; c++) _ascii[c] = Find(c);
    }

    /// <summary>How many there are.</summary>
    public int Count => _examples.Count;

    /// <summary>The class of a character.</summary>
    public int Of(char c) => c < AsciiCount ? _ascii[c] : Find(c);

    /// <summary>A character of a class.</summary>
    public char ExampleOf(int index) => _examples[index];

    private ushort ClassOf(char start, IReadOnlyList<CharSet> sets, Dictionary<string, ushort> classes)
    {
        var signature = string.Create(sets.Count, (start, sets), static (signature, of) =>
        {
            for (var i = 0; i < signature.Length; i++) signature[i] = of.sets[i].Contains(of.start) ? '1' : '0';
        });
        if (classes.TryGetValue(signature, out var known)) return known;

        _examples.Add(start);
        return classes[signature] = (ushort)(_examples.Count - 1);
    }

    private ushort Find(char c)
    {
        var at = Array.BinarySearch(_starts, c);
        return _classOfStart[at >= 0 ? at : ~at - 1];
    }
}
