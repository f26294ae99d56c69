namespace Millrace.Gateway.Citations;

/// <summary>The passage that a marker points to in the end, with the words there that support the marker's sentence.</summary>
/// <param name="Number">Number of the passage.</param>
/// <param name="Match">The words.</param>
/// <param name="Score">How well they support it, in (0, 1].</param>
public sealed record Verdict(int Number, SourceMatch Match, double Score)
{
    /// <summary>The citation, for a marker at this place of the answer.</summary>
    public Citation Cite(int start, int end) => new()
    {
        Number = Number,
        Collection = Match.Passage.Collection,
        DocumentId = Match.Passage.DocumentId,
        DocumentVersion = Match.Passage.DocumentVersion,
        Title = Match.Passage.Title,
        Quote = Match.Quote,
        SourceStart = Match.Passage.Start + Match.Span.Start,
        SourceLength = Match.Span.Length,
        Start = start,
        End = end,
        Supported = Math.Round(Score, 2),
    };
}

/// <summary>What became of an answer's markers, each number counted for itself.</summary>
/// <param name="Kept">They stayed as the model wrote them.</param>
/// <param name="Moved">They point to another passage now.</param>
/// <param name="Dropped">Nothing supports their sentence, or another marker of it says the same.</param>
public sealed record CitationCounts(int Kept, int Moved, int Dropped)
{
    /// <summary>With one more marker.</summary>
    public CitationCounts With(int number, Verdict? verdict) => verdict switch
    {
        null => this with { Dropped = Dropped + 1 },
        _ when verdict.Number == number => this with { Kept = Kept + 1 },
        _ => this with { Moved = Moved + 1 },
    };

    /// <summary>Those of several answers together.</summary>
    public static CitationCounts operator +(CitationCounts left, CitationCounts right) =>
        new(left.Kept + right.Kept, left.Moved + right.Moved, left.Dropped + right.Dropped);
}

/// <summary>Decides where a marker points.</summary>
/// <param name="options">The bounds.</param>
/// <param name="isHeldToSource">
/// Whether every sentence was held to its passage word by word before, so that only what a guard has masked since can differ.
/// </param>
public sealed class CitationVerifier(CitationOptions options, bool isHeldToSource = false)
{
    /// <summary>From here on another passage is so much better that a weakly supported citation goes there.</summary>
    private const double ClearlyBetter = 0.3;

    /// <summary>Finds the passage for a marker.</summary>
    /// <param name="source">The passages.</param>
    /// <param name="number">The marker's number.</param>
    /// <param name="claim">The words that it stands for, without markers.</param>
    /// <returns>The passage; null when none supports them.</returns>
    public Verdict? Judge(SourceText source, int number, string claim)
    {
        if (isHeldToSource) return source.FindIn(number, claim) is { } match ? new Verdict(number, match, 1) : null;
        var own = Look(source, number, claim);
        if (own is { Score: >= 1 }) return own;
        var other = source.Numbers.Where(candidate => candidate != number)
            .Select(candidate => Look(source, candidate, claim))
            .MaxBy(verdict => verdict?.Score ?? 0);
        var isOwn = own is not null && own.Score >= options.SupportMin && (other?.Score ?? 0) < own.Score + ClearlyBetter;
        return isOwn ? own : other is not null && other.Score >= options.MoveMin ? other : null;
    }

    private static Verdict? Look(SourceText source, int number, string claim) =>
        source.Support(number, claim) is var (match, score) ? new Verdict(number, match, score) : null;
}
