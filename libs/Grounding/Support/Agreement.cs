namespace Millrace.Grounding.Support;

/// <summary>
/// Whether a source says the opposite of a claim, or something of another thing: the mistakes that leave most words as they are. Each rule
/// looks at clauses, so that "three days, express one" does not support "express three days".
/// </summary>
internal static class Agreement
{
    // A sentence has few clauses with one number; a list of hundreds is not compared each with each.
    private const int ClausesMax = 6;

    /// <summary>Whether nothing in the source speaks against the claim.</summary>
    /// <param name="claim">What is claimed.</param>
    /// <param name="source">The sentences that are to support it.</param>
    /// <param name="weigh">How much a term tells.</param>
    public static bool Holds(Statement claim, Statement source, Func<string, double> weigh) =>
        claim.Clauses.All(clause => NumbersHold(clause, source)) && PolarityHolds(claim, source, weigh);

    /// <summary>Whether a source says that it is so where the claim says that it is not, or the other way round.</summary>
    public static bool PolarityHolds(Statement claim, Statement source, Func<string, double> weigh)
    {
        var pairs = claim.Clauses
            .Select(clause => (Claim: clause, Source: Closest(clause, source, weigh)))
            .Where(pair => pair.Source is not null)
            .ToList();

        // A source may say in one clause what the claim says in two, so that those of the claim count together.
        return pairs.GroupBy(pair => pair.Source).All(group => group.Sum(pair => pair.Claim.Denials) == group.Key!.Denials)
            && pairs.TrueForAll(pair => !Excludes(pair.Claim, pair.Source!)
                && !source.Clauses.Any(clause => Bears(clause, pair.Claim, pair.Source!) && Opposes(pair.Claim, clause)));
    }

    /// <summary>
    /// Whether a sentence says the claim of something else: the same terms in the same order, save one. Who says it in other words changes
    /// more than one, or their order.
    /// </summary>
    public static bool Replaces(Statement claim, Statement source) =>
        Replaces(claim.Order, source.Order) || source.Clauses.Any(clause => Replaces(claim.Order, clause.Order));

    private static bool Replaces(IReadOnlyList<string> claim, IReadOnlyList<string> source)
    {
        if (claim.Count != source.Count || claim.Count < 3) return false;
        var different = Enumerable.Range(0, claim.Count).Where(at => !TermSet.Same(claim[at], source[at])).ToList();
        return different is [var only] && !Vocabulary.IsLight(claim[only]) && !source.Contains(claim[only]);
    }

    // Each number must stand in a clause that does not leave to a rival what the claim says of it.
    private static bool NumbersHold(Clause claim, Statement source) => claim.Quantities.All(number =>
    {
        var holders = source.Clauses.Where(clause => clause.Quantities.Any(number.Agrees)).Take(ClausesMax).ToList();
        if (holders.Count == 0) return false;
        var rivals = source.Clauses.Except(holders).Where(clause => clause.Quantities.Any(number.Rivals)).Take(ClausesMax).ToList();
        return rivals.Count == 0 || holders.Exists(holder => claim.Terms.All(
            term => holder.Terms.Has(term) || !rivals.Exists(rival => rival.Terms.Has(term))));
    });

    // The closest clause, and each that has a word of the claim which the closest one lacks.
    private static bool Bears(Clause source, Clause claim, Clause closest) =>
        ReferenceEquals(source, closest) || claim.Terms.Any(term => source.Terms.Has(term) && !closest.Terms.Has(term));

    private static bool Excludes(Clause claim, Clause source) =>
        source.Excluded.Any(term => claim.Terms.Contains(term) && !claim.Excluded.Contains(term))
        || claim.Excluded.Any(term => source.Terms.Contains(term) && !source.Excluded.Contains(term));

    private static Clause? Closest(Clause claim, Statement source, Func<string, double> weigh)
    {
        var (clause, weight) = source.Clauses
            .Select(clause => (Clause: clause, Weight: claim.Terms.Where(term => clause.Terms.Has(term)).Sum(weigh)))
            .MaxBy(match => match.Weight);
        return weight > 0 ? clause : null;
    }

    private static bool Opposes(Clause claim, Clause source)
    {
        return claim.Words.Any(word => !source.Words.Contains(word)
            && (Vocabulary.OppositesOf(word).Any(IsSaidInstead) || DenialsOf(word).Any(IsSaidInstead)));

        bool IsSaidInstead(string word) => source.Words.Contains(word) && !claim.Words.Contains(word);
    }

    // "Able" and "unable", "active" and "inactive", either way round.
    private static IEnumerable<string> DenialsOf(string word)
    {
        if (word.Length <= 3) yield break;
        yield return "un" + word;
        yield return "in" + word;
        if (word.Length > 5 && (word.StartsWith("un", StringComparison.Ordinal) || word.StartsWith("in", StringComparison.Ordinal)))
            yield return word[2..];
    }
}
