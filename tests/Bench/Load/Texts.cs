namespace Millrace.Bench.Load;

/// <summary>English without a meaning, the same for the same seed.</summary>
internal static class Texts
{
    private static readonly string[] Words =
    [
        "the", "a", "one", "every", "old", "new", "small", "open", "long", "first", "river", "mill", "wheel", "stone", "keeper", "road",
        "town", "market", "bridge", "house", "garden", "winter", "morning", "water", "letter", "story", "window", "table", "lamp", "song",
        "number", "answer", "question", "paper", "field", "horse", "ship", "harbour", "turns", "opens", "keeps", "finds", "carries",
        "follows", "writes", "counts", "builds", "crosses", "remembers", "and", "with", "under", "over", "before", "after", "because",
    ];

    /// <summary>A text of so many words.</summary>
    public static string Of(int seed, int words)
    {
        var random = new Random(seed);
        return string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)])) + ".";
    }
}
