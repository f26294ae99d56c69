namespace Millrace.Gateway.Citations.Support;

/// <summary>
/// Whether a source says the opposite of a claim, or something of another thing: the mistakes that leave most words as they are. Each rule
/// looks at clauses, so that "three days, express one" does not support "express three days".
/// </summary>
internal static class Agreement
{
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

    /// <summary>Whether a source term is the claim's, or a form of it that the stemmer does not know.</summary>
    public static bool Same(string claimed, string said) =>
        claimed == said || (Math.Min(claimed.Length, said.Length) >= 5 && Math.Abs(claimed.Length - said.Length) <= 4
            && (claimed.StartsWith(said, StringComparison.Ordinal) || said.StartsWith(claimed, StringComparison.Ordinal)));

    /// <summary>Whether a set has a term or a form of it.</summary>
    public static bool Has(IReadOnlySet<string> terms, string term) => terms.Contains(term) || terms.Any(said => Same(term, said));

    private static bool Replaces(IReadOnlyList<string> claim, IReadOnlyList<string> source)
    {
        if (claim.Count != source.Count || claim.Count < 3) return false;
        var different = Enumerable.Range(0, claim.Count).Where(at => !Same(claim[at], source[at])).ToList();
        return different is [var only] && !Vocabulary.IsLight(claim[only]) && !source.Contains(claim[only]);
    }

    // Each number must stand in a clause that does not leave to a rival what the claim says of it.
    private static bool NumbersHold(Clause claim, Statement source) => claim.Quantities.All(number =>
    {
        var holders = source.Clauses.Where(clause => clause.Quantities.Any(number.Agrees)).ToList();
        if (holders.Count == 0) return false;
        var rivals = source.Clauses.Except(holders).Where(clause => clause.Quantities.Any(number.Rivals)).ToList();
        return rivals.Count == 0 || holders.Exists(holder => claim.Terms.All(
            term => Has(holder.Terms, term) || !rivals.Exists(rival => Has(rival.Terms, term))));
    });

    // The closest clause, and each that has a word of the claim which the closest one lacks.
    private static bool Bears(Clause source, Clause claim, Clause closest) =>
        ReferenceEquals(source, closest) || claim.Terms.Any(term => Has(source.Terms, term) && !Has(closest.Terms, term));

    private static bool Excludes(Clause claim, Clause source) =>
        source.Excluded.Any(term => claim.Terms.Contains(term) && !claim.Excluded.Contains(term))
        || claim.Excluded.Any(term => source.Terms.Contains(term) && !source.Excluded.Contains(term));

    private static Clause? Closest(Clause claim, Statement source, Func<string, double> weigh)
    {
        var (clause, weight) = source.Clauses
            .Select(clause => (Clause: clause, Weight: claim.Terms.Where(term => Has(clause.Terms, term)).Sum(weigh)))
            .MaxBy(match => match.Weight);
        return weight > 0 ? clause : null;
    }

    private static bool Opposes(Clause claim, Clause source) => claim.Words.Except(source.Words).Any(
        word => source.Words.Any(said => !claim.Words.Contains(said) && (Vocabulary.Opposed(word, said) || Negates(word, said))));

    private static bool Negates(string left, string right) => left.Length > 3 && right.Length > 3
        && (right == "un" + left || left == "un" + right || right == "in" + left || left == "in" + right);
}
