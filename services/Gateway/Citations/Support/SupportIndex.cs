using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.Citations.Support;

/// <summary>
/// Tells how well the passages of a prompt support a sentence of an answer. What stands there word by word is supported. Else the share of
/// the sentence's content that one or two neighbouring sentences of the passage have, weighted by how rare the words are among the
/// passages, where numbers, negation and names agree; else nothing.
/// </summary>
internal sealed class SupportIndex
{
    /// <summary>Behind this many characters a claim is not read, so that none takes long.</summary>
    private const int ClaimCharsMax = 2000;

    /// <summary>What a clause must have in common with the sentences that support the whole claim.</summary>
    private const double ClauseMin = 0.4;

    /// <summary>From here on a sentence is taken to speak of the same.</summary>
    private const double ContradictionMin = 0.5;

    /// <summary>A word of the headings above tells less than one of the sentence.</summary>
    private const double HeadingWeight = 0.6;

    /// <summary>A word that tells little, and that the passages do not have.</summary>
    private const double LightWeight = 0.25;

    /// <summary>Two sentences are taken only where one says less.</summary>
    private const double PairWeight = 0.95;

    private readonly Dictionary<string, double> _weights = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<int, IndexedPassage> _passages = [];
    private readonly double _unknownWeight;

    /// <summary>Reads passages.</summary>
    public SupportIndex(IReadOnlyCollection<RetrievedPassage> passages)
    {
        foreach (var passage in passages) _names.UnionWith(Statement.Parse(passage.Text).Names);
        foreach (var passage in passages) _passages[passage.Number] = new IndexedPassage(passage, _names);
        var sentences = _passages.Values.SelectMany(passage => passage.Sentences).ToList();
        foreach (var group in sentences.SelectMany(sentence => sentence.Statement.Terms).GroupBy(term => term, StringComparer.Ordinal))
            _weights[group.Key] = Weight(sentences.Count, group.Count());
        _unknownWeight = Weight(sentences.Count, 0);
    }

    /// <summary>The words of a passage that support a claim best.</summary>
    /// <param name="claim">The sentence, without markers.</param>
    /// <param name="number">Number of the passage.</param>
    /// <returns>The words and how well they support it, in (0, 1]; null when nothing does, or the claim says nothing by itself.</returns>
    public Evidence? Find(string claim, int number)
    {
        if (!_passages.TryGetValue(number, out var passage)) return null;
        var text = claim.Length <= ClaimCharsMax ? claim : claim[..ClaimCharsMax];
        var statement = Statement.Parse(text, _names);
        if (statement.Terms.Count == 0) return null;
        if (Verbatim(passage, text, statement) is { } verbatim) return verbatim;

        var whole = Best(passage, statement, ClauseMin);
        var best = statement.Clauses.Count < 2 ? whole : Better(whole, ByClause(passage, statement));
        return best is null || IsContradicted(passage, statement, best) ? null : best;
    }

    private static double Weight(int count, int containing) => Math.Log(1 + ((count - containing + 0.5) / (containing + 0.5)));

    private static Evidence? Better(Evidence? left, Evidence? right) =>
        right is not null && (left is null || right.Score > left.Score) ? right : left;

    // Words that stand there may still stand behind a "not".
    private Evidence? Verbatim(IndexedPassage passage, string claim, Statement statement)
    {
        var trimmed = claim.Trim(' ', '\n', '.', '!', '?', ':', ';', ',');
        if (statement.Terms.Count < 2 || passage.Text.Find(new NormalizedText(trimmed)) is not { } span) return null;
        var said = Statement.Join(passage.Sentences.Where(sentence => sentence.Touches(span)).Select(sentence => sentence.Statement));
        var holds = said.Clauses.Count == 0 || Agreement.Holds(statement, said, Weigh);
        return holds ? new Evidence(new SourceMatch(passage.Source, span), 1) : null;
    }

    // A sentence that puts together what stands apart in the passage is supported as well as its weakest part.
    private Evidence? ByClause(IndexedPassage passage, Statement claim)
    {
        Evidence? heaviest = null;
        var (weight, score) = (0.0, 1.0);
        foreach (var clause in claim.Clauses.Where(clause => clause.Terms.Count > 0))
        {
            if (Best(passage, claim.Only(clause), 0) is not { } support) return null;
            score = Math.Min(score, support.Score);
            if (clause.Terms.Sum(Weigh) <= weight) continue;
            (weight, heaviest) = (clause.Terms.Sum(Weigh), support);
        }

        return heaviest is null ? null : heaviest with { Score = score };
    }

    private Evidence? Best(IndexedPassage passage, Statement claim, double clauseMin)
    {
        Evidence? best = null;
        for (var at = 0; at < passage.Sentences.Count; at++)
        {
            var sentence = passage.Sentences[at];
            var alone = Score(claim, sentence.Statement, passage, at, clauseMin);
            if (alone > (best?.Score ?? 0)) best = new Evidence(new SourceMatch(passage.Source, sentence.Span), alone);
            if (at + 1 == passage.Sentences.Count) continue;

            var next = passage.Sentences[at + 1];
            var pair = PairWeight * Score(claim, Statement.Join(sentence.Statement, next.Statement), passage, at, clauseMin);
            if (pair > (best?.Score ?? 0))
                best = new Evidence(new SourceMatch(passage.Source, TextSpan.Between(sentence.Span.Start, next.Span.End)), pair);
        }

        return best;
    }

    // The sentence that speaks most of what the claim speaks of must not say otherwise: of "Express takes one day. Standard takes three.",
    // the claim "express takes three days" has all words but one in the wrong sentence.
    private bool IsContradicted(IndexedPassage passage, Statement claim, Evidence evidence)
    {
        if (evidence.Score < 1 && passage.Sentences.Any(sentence => Agreement.Replaces(claim, sentence.Statement))) return true;
        var topic = claim.Terms.Where(term => !Statement.IsNumber(term)).ToHashSet(StringComparer.Ordinal);
        var reached = passage.Sentences.Where(sentence => sentence.Touches(evidence.Match.Span))
            .Max(sentence => Covered(topic, sentence.Statement, passage.Headings));
        return passage.Sentences.Where(sentence => !sentence.Touches(evidence.Match.Span)).Any(sentence =>
        {
            var covered = Covered(topic, sentence.Statement, passage.Headings);
            if (covered < ContradictionMin || covered < reached) return false;
            return !Agreement.PolarityHolds(claim, sentence.Statement, Weigh)
                || (covered > reached && !Agreement.Holds(claim, sentence.Statement, Weigh));
        });
    }

    private double Score(Statement claim, Statement source, IndexedPassage passage, int at, double clauseMin)
    {
        var covered = Covered(claim.Terms, source, passage.Headings);
        if (covered < clauseMin || !NamesHold(claim, source, passage, at)) return 0;
        var clauses = claim.Clauses.Where(clause => clause.Terms.Count > 1);
        if (clauses.Any(clause => Covered(clause.Terms, source, passage.Headings) < clauseMin)) return 0;
        return Agreement.Holds(claim, source, Weigh) ? covered : 0;
    }

    private double Covered(IReadOnlySet<string> terms, Statement source, IReadOnlySet<string> headings)
    {
        var (all, covered) = (0.0, 0.0);
        foreach (var term in terms)
        {
            var weight = Weigh(term);
            all += weight;
            if (Agreement.Has(source.Terms, term)) covered += weight;
            else if (Agreement.Has(headings, term)) covered += weight * HeadingWeight;
        }

        return all == 0 ? 0 : covered / all;
    }

    // A name must stand in the sentence, before it or above it, and the sentence must not speak of somebody else instead.
    private static bool NamesHold(Statement claim, Statement source, IndexedPassage passage, int at)
    {
        var missing = claim.Names.Where(name => !Agreement.Has(source.Terms, name)).ToList();
        if (missing.Count == 0) return true;
        if (source.Names.Any(name => !Agreement.Has(claim.Terms, name) && !Agreement.Has(passage.Headings, name))) return false;
        return missing.TrueForAll(name => Agreement.Has(passage.Headings, name)
            || (at > 0 && Agreement.Has(passage.Sentences[at - 1].Statement.Terms, name)));
    }

    private double Weigh(string term) => _weights.TryGetValue(term, out var weight) ? weight
        : Vocabulary.IsLight(term) ? _unknownWeight * LightWeight
        : _unknownWeight;
}

/// <summary>Words that support a claim.</summary>
/// <param name="Match">The words.</param>
/// <param name="Score">How well, in (0, 1]; 1 for word by word.</param>
internal sealed record Evidence(SourceMatch Match, double Score);
