namespace Millrace.GuardTraining.Names;

/// <summary>Chance that is the same each time.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Whether something of this probability happens.</summary>
    public bool Chance(double probability) => _random.NextDouble() < probability;

    /// <summary>A number from a least one to below an end.</summary>
    public int Next(int from, int end) => _random.Next(from, end);

    /// <summary>One of several.</summary>
    public T Of<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    /// <summary>One of several.</summary>
    public T Any<T>(params IReadOnlyList<T> choices) => Of(choices);

    /// <summary>Digits.</summary>
    public string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('0' + _random.Next(10))));

    /// <summary>A capital letter.</summary>
    public char Letter() => (char)('A' + _random.Next(26));

    /// <summary>A pattern in which # is a digit, % a digit above zero, and ? a capital letter.</summary>
    public string Pattern(string pattern) => string.Concat(pattern.Select(c => c switch
    {
        '#' => (char)('0' + _random.Next(10)),
        '%' => (char)('1' + _random.Next(9)),
        '?' => Letter(),
        _ => c,
    }));
}
