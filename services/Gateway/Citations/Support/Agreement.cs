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
        claim.Clauses.All(clause => NumbersHold(clause, source) && PolarityHolds(clause, source, weigh));

    /// <summary>Whether a source term is the claim's, or a form of it that the stemmer does not know.</summary>
    public static bool Same(string claimed, string said) =>
        claimed == said || (Math.Min(claimed.Length, said.Length) >= 5 && Math.Abs(claimed.Length - said.Length) <= 4
            && (claimed.StartsWith(said, StringComparison.Ordinal) || said.StartsWith(claimed, StringComparison.Ordinal)));

    /// <summary>Whether a set has a term or a form of it.</summary>
    public static bool Has(IReadOnlySet<string> terms, string term) => terms.Contains(term) || terms.Any(said => Same(term, said));

    // Each number must stand in a clause that does not leave to a rival what the claim says of it.
    private static bool NumbersHold(Clause claim, Statement source) => claim.Quantities.All(number =>
    {
        var holders = source.Clauses.Where(clause => clause.Quantities.Any(number.Agrees)).ToList();
        if (holders.Count == 0) return false;
        var rivals = source.Clauses.Except(holders).Where(clause => clause.Quantities.Any(number.Rivals)).ToList();
        return rivals.Count == 0 || holders.Exists(holder => claim.Terms.All(
            term => Has(holder.Terms, term) || !rivals.Exists(rival => Has(rival.Terms, term))));
    });

    private static bool PolarityHolds(Clause claim, Statement source, Func<string, double> weigh)
    {
        var closest = source.Clauses
            .Select(clause => (Clause: clause, Weight: claim.Terms.Where(term => Has(clause.Terms, term)).Sum(weigh)))
            .MaxBy(match => match.Weight);
        if (closest.Weight == 0) return true;
        return closest.Clause.IsDenied == claim.IsDenied && !Opposes(claim, closest.Clause);
    }

    private static bool Opposes(Clause claim, Clause source) => claim.Words.Except(source.Words).Any(
        word => source.Words.Any(said => !claim.Words.Contains(said) && (Vocabulary.Opposed(word, said) || Negates(word, said))));

    private static bool Negates(string left, string right) =>
        left.Length > 3 && right.Length > 3 && (right == "un" + left || left == "un" + right || right == "in" + left || left == "in" + right);
}
