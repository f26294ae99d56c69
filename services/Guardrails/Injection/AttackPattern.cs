namespace Millrace.Guardrails.Injection;

/// <summary>An attack as meanings that stand close together.</summary>
/// <param name="Name">Its name, by which the classifier knows it.</param>
/// <param name="InOrder">Whether they must stand in this order; languages that put the verb last have patterns of their own.</param>
/// <param name="WordsMax">Most words from the first to the last of them.</param>
/// <param name="Steps">The meanings; each step holds for a word with any one of its flags.</param>
internal sealed record AttackPattern(string Name, bool InOrder, int WordsMax, params Concepts[] Steps)
{
    /// <summary>Most steps.</summary>
    public const int StepsMax = 6;

    /// <summary>Whether a sentence with these meanings somewhere can fit.</summary>
    public bool MayFit(Concepts all)
    {
        foreach (var step in Steps)
            if ((all & step) == 0) return false;
        return true;
    }

    /// <summary>Whether it fits the words. Linear: for each step the latest start of what leads to it is kept.</summary>
    public bool Fits(ReadOnlySpan<Concepts> words) => InOrder ? FitsInOrder(words) : FitsAnyhow(words);

    private bool FitsInOrder(ReadOnlySpan<Concepts> words)
    {
        Span<int> starts = stackalloc int[StepsMax];
        starts.Fill(-1);
        for (var at = 0; at < words.Length; at++)
        {
            if (words[at] == 0) continue;
            for (var step = Steps.Length - 1; step >= 0; step--)
            {
                if ((words[at] & Steps[step]) == 0) continue;
                var start = step == 0 ? at : starts[step - 1];
                if (start < 0 || at - start >= WordsMax) continue;
                if (step == Steps.Length - 1) return true;
                starts[step] = start;
            }
        }

        return false;
    }

    private bool FitsAnyhow(ReadOnlySpan<Concepts> words)
    {
        Span<int> latest = stackalloc int[StepsMax];
        latest = latest[..Steps.Length];
        latest.Fill(-WordsMax);
        for (var at = 0; at < words.Length; at++)
        {
            if (words[at] == 0) continue;
            for (var step = 0; step < Steps.Length; step++)
                if ((words[at] & Steps[step]) != 0) latest[step] = at;
            if (IsWithin(latest, at)) return true;
        }

        return false;
    }

    private bool IsWithin(ReadOnlySpan<int> latest, int at)
    {
        foreach (var step in latest)
            if (at - step >= WordsMax) return false;
        return true;
    }
}
