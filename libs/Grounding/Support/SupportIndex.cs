using Millrace.Grounding.Reading;

namespace Millrace.Grounding.Support;

/// <summary>
/// Tells how well sources support a sentence of an answer. What stands there word by word is supported. Else the share of the sentence's
/// content that one or two neighbouring sentences of a source have, weighted by how rare the words are among the sources, where numbers,
/// negation and names agree; else nothing. Not for use by several threads at once.
/// </summary>
internal sealed class SupportIndex
{
    /// <summary>Behind this many characters a claim is not read, so that none takes long.</summary>
    private const int ClaimCharsMax = 2000;

    /// <summary>Of a source with more sentences, only those that share most with the claim are looked at.</summary>
    private const int SentencesMax = 24;

    /// <summary>As above, where one claim is held to many sources.</summary>
    private const int NearestMax = 8;

    /// <summary>What a clause must have in common with the sentences that support the whole claim.</summary>
    private const double ClauseMin = 0.4;

    /// <summary>From here on a sentence is taken to speak of the same.</summary>
    private const double ContradictionMin = 0.5;

    /// <summary>A word of the headings above tells less than one of the sentence.</summary>
    private const double HeadingWeight = 0.6;

    /// <summary>A word that tells little, and that the sources do not have.</summary>
    private const double LightWeight = 0.25;

    /// <summary>A word that only repeats the question, where it is not in the source.</summary>
    private const double AskedWeight = 0.5;

    /// <summary>From here on one source is enough, and others are not asked for the parts of a claim.</summary>
    private const double EnoughMin = 0.9;

    /// <summary>A sentence of more clauses is a list, which is not taken apart.</summary>
    private const int ClausesMax = 12;

    /// <summary>Two sentences are taken only where one says less.</summary>
    private const double PairWeight = 0.95;

    private readonly Dictionary<string, double> _weights = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Entry> _passages = [];
    private readonly WordCache _words = new();
    private readonly Overlaps _overlaps;
    private readonly TermSet _asked;
    private readonly double _unknownWeight;

    /// <summary>Reads sources.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="question">What was asked: words of it that an answer repeats need less support. Empty for nothing.</param>
    public SupportIndex(IReadOnlyCollection<GroundingSource> sources, string question = "")
    {
        foreach (var source in sources) _names.UnionWith(Statement.Parse(source.Text, names: null, _words).Names);
        List<Statement> sentences = [];
        foreach (var source in sources)
        {
            var passage = new IndexedPassage(source, _names, _words);
            _passages[source.Number] = new Entry(passage, sentences.Count);
            sentences.AddRange(passage.Sentences.Select(sentence => sentence.Statement));
        }

        foreach (var group in sentences.SelectMany(sentence => sentence.Terms).GroupBy(term => term, StringComparer.Ordinal))
            _weights[group.Key] = Weight(sentences.Count, group.Count());
        _unknownWeight = Weight(sentences.Count, 0);
        _overlaps = new Overlaps(sentences);
        _asked = new TermSet(Statement.Parse(Shortened(question), names: null, _words).Order.Where(term => !Statement.IsNumber(term)));
    }

    /// <summary>The words of a source that support a claim best.</summary>
    /// <param name="claim">The sentence, without markers.</param>
    /// <param name="number">Number of the source.</param>
    /// <returns>The words and how well they support it; null when nothing does, or the claim says nothing by itself.</returns>
    public Evidence? Find(string claim, int number)
    {
        if (!_passages.TryGetValue(number, out var entry)) return null;
        var read = Read(claim);
        return read.Statement.Terms.Count == 0 ? null : Find(entry, Near(entry, read, SentencesMax), read);
    }

    /// <summary>How well all sources together support a claim.</summary>
    /// <param name="claim">The sentence.</param>
    /// <param name="sourcesMax">How many sources are looked at: those that share most with it.</param>
    /// <returns>The support; null when the claim says nothing by itself.</returns>
    public ClaimSupport? Judge(string claim, int sourcesMax)
    {
        var read = Read(claim);
        if (read.Statement.Terms.Count == 0) return null;
        List<(Entry Entry, int[] Near)> places = [.. Nearest(read, sourcesMax).Select(entry => (entry, Near(entry, read, NearestMax)))];
        Evidence? best = null;
        foreach (var (entry, near) in places) best = Better(best, Find(entry, near, read));
        if (places.Count > 1 && best is not { Score: >= EnoughMin }) best = Better(best, ByClause(places, read.Statement));
        if (best is not null) return new ClaimSupport(best.Number, best.Score, IsSupported: true);
        return places.Count == 0
            ? new ClaimSupport(0, 0, IsSupported: false)
            : Unsupported(places[0].Entry.Passage, places[0].Near, read);
    }

    private static double Weight(int count, int containing) => Math.Log(1 + ((count - containing + 0.5) / (containing + 0.5)));

    private static Evidence? Better(Evidence? left, Evidence? right) =>
        right is not null && (left is null || right.Score > left.Score) ? right : left;

    private static string Shortened(string text) => text.Length <= ClaimCharsMax ? text : text[..ClaimCharsMax];

    private Claim Read(string text)
    {
        var shortened = Shortened(text);
        var statement = Statement.Parse(shortened, _names, _words);
        return new Claim(shortened, statement, new Lazy<float[]>(() => _overlaps.With(statement.Terms, Weigh)));
    }

    private Evidence? Find(Entry entry, int[] near, Claim claim)
    {
        var (passage, statement) = (entry.Passage, claim.Statement);
        if (Verbatim(passage, claim.Text, statement) is { } verbatim) return verbatim;

        var whole = Best(passage, near, statement, ClauseMin);
        var best = Better(whole, ByClause([(entry, near)], statement));
        return best is null || IsContradicted(passage, near, statement, best) ? null : best;
    }

    // Indexes of the sentences that a claim is compared with, in order: all of a short source, else those that share most with it,
    // each with the one before, since two may say it together.
    private static int[] Near(Entry entry, Claim claim, int sentencesMax)
    {
        var count = entry.Passage.Sentences.Count;
        if (count <= sentencesMax) return [.. Enumerable.Range(0, count)];
        var shared = claim.Shared.Value.AsSpan(entry.Start, count);
        List<int> nearest = [];
        for (var at = 0; at < count; at++)
        {
            if (shared[at] == 0) continue;
            var place = nearest.Count;
            while (place > 0 && shared[nearest[place - 1]] < shared[at]) place--;
            if (place >= sentencesMax) continue;
            nearest.Insert(place, at);
            if (nearest.Count > sentencesMax) nearest.RemoveAt(sentencesMax);
        }

        return [.. nearest.SelectMany(at => at > 0 ? new[] { at - 1, at } : [at]).Distinct().Order()];
    }

    private List<Entry> Nearest(Claim claim, int sourcesMax) => _passages.Count <= sourcesMax ? [.. _passages.Values] :
    [
        .. _passages.Values
            .Select(entry => (Entry: entry, Shared: entry.Most(claim.Shared.Value)))
            .Where(near => near.Shared > 0)
            .OrderByDescending(near => near.Shared)
            .Take(sourcesMax)
            .Select(near => near.Entry),
    ];

    private ClaimSupport Unsupported(IndexedPassage passage, int[] near, Claim claim)
    {
        var common = near.Select(at => Covered(claim.Statement.Terms, passage.Sentences[at].Statement, passage.Headings));
        return new ClaimSupport(passage.Source.Number, common.DefaultIfEmpty().Max(), IsSupported: false);
    }

    // Words that stand there may still stand behind a "not".
    private Evidence? Verbatim(IndexedPassage passage, string claim, Statement statement)
    {
        var trimmed = claim.Trim(' ', '\n', '.', '!', '?', ':', ';', ',');
        if (statement.Terms.Count < 2 || passage.Text.Find(new NormalizedText(trimmed)) is not { } span) return null;
        var said = Statement.Join(passage.Sentences.Where(sentence => sentence.Touches(span)).Select(sentence => sentence.Statement));
        var holds = said.Clauses.Count == 0 || Agreement.Holds(statement, said, Weigh);
        return holds ? new Evidence(passage.Source.Number, span, 1) : null;
    }

    // A sentence that puts together what stands apart, in one source or in several, is supported as well as its weakest part.
    private Evidence? ByClause(IReadOnlyList<(Entry Entry, int[] Near)> places, Statement claim)
    {
        if (claim.Clauses.Count is < 2 or > ClausesMax) return null;
        Evidence? heaviest = null;
        var (weight, score) = (0.0, 1.0);
        foreach (var clause in claim.Clauses.Where(clause => clause.Terms.Count > 0))
        {
            Evidence? support = null;
            var part = claim.Only(clause);
            foreach (var (entry, near) in places)
            {
                var found = Best(entry.Passage, near, part, 0);
                var isDenied = found is not null && places.Count > 1 && IsContradicted(entry.Passage, near, part, found);
                if (!isDenied) support = Better(support, found);
            }

            if (support is null) return null;
            score = Math.Min(score, support.Score);
            if (clause.Terms.Sum(Weigh) <= weight) continue;
            (weight, heaviest) = (clause.Terms.Sum(Weigh), support);
        }

        return heaviest is null ? null : heaviest with { Score = score };
    }

    private Evidence? Best(IndexedPassage passage, int[] near, Statement claim, double clauseMin)
    {
        Evidence? best = null;
        foreach (var at in near)
        {
            var sentence = passage.Sentences[at];
            var alone = Score(claim, sentence.Statement, (passage, at), clauseMin, best?.Score ?? 0);
            if (alone > 0) best = new Evidence(passage.Source.Number, sentence.Span, alone);
            if (at + 1 == passage.Sentences.Count) continue;

            var pair = PairWeight * Score(claim, passage.Pair(at), (passage, at), clauseMin, (best?.Score ?? 0) / PairWeight);
            var span = TextSpan.Between(sentence.Span.Start, passage.Sentences[at + 1].Span.End);
            if (pair > 0) best = new Evidence(passage.Source.Number, span, pair);
        }

        return best;
    }

    // The sentence that speaks most of what the claim speaks of must not say otherwise: of "Express takes one day. Standard takes three.",
    // the claim "express takes three days" has all words but one in the wrong sentence.
    private bool IsContradicted(IndexedPassage passage, int[] near, Statement claim, Evidence evidence)
    {
        List<IndexedSentence> sentences = [.. near.Select(at => passage.Sentences[at])];
        if (evidence.Score < 1 && sentences.Exists(sentence => Agreement.Replaces(claim, sentence.Statement))) return true;
        var topic = new TermSet(claim.Terms.Where(term => !Statement.IsNumber(term)));
        var supporting = sentences.Where(Supports).ToList();
        var reached = supporting.Select(sentence => Covered(topic, sentence.Statement, passage.Headings)).DefaultIfEmpty().Max();
        return sentences.Where(sentence => !Supports(sentence)).Any(sentence =>
        {
            var covered = Covered(topic, sentence.Statement, passage.Headings);
            if (covered < ContradictionMin || covered < reached) return false;
            return !Agreement.PolarityHolds(claim, sentence.Statement, Weigh)
                || (covered > reached && !Agreement.Holds(claim, sentence.Statement, Weigh));
        });

        bool Supports(IndexedSentence sentence) => passage.Source.Number == evidence.Number && sentence.Touches(evidence.Span);
    }

    // What the source covers of the claim, where it agrees with it and covers more than was found before; else 0.
    private double Score(Statement claim, Statement source, (IndexedPassage Passage, int At) place, double clauseMin, double found)
    {
        var passage = place.Passage;
        var covered = Covered(claim.Terms, source, passage.Headings);
        if (covered < clauseMin || covered <= found || !NamesHold(claim, source, passage, place.At)) return 0;
        var clauses = claim.Clauses.Where(clause => clause.Terms.Count > 1);
        if (clauses.Any(clause => Covered(clause.Terms, source, passage.Headings) < clauseMin)) return 0;
        return Agreement.Holds(claim, source, Weigh) ? covered : 0;
    }

    private double Covered(TermSet terms, Statement source, TermSet headings)
    {
        var (all, covered) = (0.0, 0.0);
        foreach (var term in terms)
        {
            var weight = Weigh(term);
            var part = source.Terms.Has(term) ? 1 : headings.Has(term) ? HeadingWeight : 0;
            covered += weight * part;
            all += part == 0 && _asked.Has(term) ? weight * AskedWeight : weight;
        }

        return all == 0 ? 0 : covered / all;
    }

    // A name must stand in the sentence, before it or above it, and the sentence must not speak of somebody else instead.
    private static bool NamesHold(Statement claim, Statement source, IndexedPassage passage, int at)
    {
        var missing = claim.Names.Where(name => !source.Terms.Has(name)).ToList();
        if (missing.Count == 0) return true;
        if (source.Names.Any(name => !claim.Terms.Has(name) && !passage.Headings.Has(name))) return false;
        return missing.TrueForAll(name => passage.Headings.Has(name)
            || (at > 0 && passage.Sentences[at - 1].Statement.Terms.Has(name)));
    }

    private double Weigh(string term) => _weights.TryGetValue(term, out var weight) ? weight
        : Vocabulary.IsLight(term) ? _unknownWeight * LightWeight
        : _unknownWeight;

    // A claim with what each sentence of all sources shares with it.
    private sealed record Claim(string Text, Statement Statement, Lazy<float[]> Shared);

    // A source, and where its sentences begin among those of all.
    private sealed record Entry(IndexedPassage Passage, int Start)
    {
        public float Most(float[] shared)
        {
            var most = 0f;
            for (var at = 0; at < Passage.Sentences.Count; at++) most = Math.Max(most, shared[Start + at]);
            return most;
        }
    }
}

/// <summary>How well all sources together support a claim.</summary>
/// <param name="Number">The source that does so best, or that comes nearest.</param>
/// <param name="Score">How well, in [0, 1]; for a claim that is not supported, what it has in common with that source.</param>
/// <param name="IsSupported">Whether there is support at all.</param>
internal sealed record ClaimSupport(int Number, double Score, bool IsSupported);
