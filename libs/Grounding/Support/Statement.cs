using System.Runtime.CompilerServices;

namespace Millrace.Grounding.Support;

/// <summary>A part of a sentence that says one thing.</summary>
/// <param name="Order">Its terms as they follow each other, numbers included.</param>
/// <param name="Terms">The same as a set.</param>
/// <param name="Words">All its words.</param>
/// <param name="Quantities">Its numbers.</param>
/// <param name="Denials">How often it says that something is not so.</param>
/// <param name="Excluded">What it names only to exclude it, as in "the roots, not the leaves".</param>
internal sealed record Clause(
    IReadOnlyList<string> Order,
    TermSet Terms,
    IReadOnlySet<string> Words,
    IReadOnlyList<Quantity> Quantities,
    int Denials,
    IReadOnlySet<string> Excluded)
{
    /// <summary>A clause is equal to itself alone: two of the same words stand in different places.</summary>
    public bool Equals(Clause? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}

/// <summary>What one or more sentences say, in the form in which they are compared.</summary>
internal sealed class Statement
{
    private const string NumberPrefix = "#";
    private const int ClauseTermsMin = 2;

    private static readonly HashSet<string> Bounds = ["more", "less", "fewer", "later", "longer", "earlier", "sooner", "higher", "lower"];

    private Statement(IEnumerable<Clause> clauses, IEnumerable<string> names)
    {
        Clauses = [.. clauses];
        Order = [.. Clauses.SelectMany(clause => clause.Order)];
        Names = names.ToHashSet(StringComparer.Ordinal);
        Terms = new TermSet(Order);
    }

    /// <summary>Its clauses, in order.</summary>
    public IReadOnlyList<Clause> Clauses { get; }

    /// <summary>Its terms as they follow each other, repeated ones included.</summary>
    public IReadOnlyList<string> Order { get; }

    /// <summary>What it speaks of.</summary>
    public TermSet Terms { get; }

    /// <summary>Those of its terms that name somebody or something.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="names">Terms that are names elsewhere, so that one at the beginning of a sentence is known as one.</param>
    /// <param name="cache">Words that were read before; null for none.</param>
    public static Statement Parse(string text, IReadOnlySet<string>? names = null, WordCache? cache = null)
    {
        cache ??= new WordCache();
        var words = WordReader.Read(Idioms.Plain(text), cache);
        List<Part> parts = [];
        var named = new HashSet<string>(StringComparer.Ordinal);
        string[] lower = [.. words.Select(word => word.Text)];
        for (var at = 0; at < words.Count;)
        {
            if (parts.Count == 0 || Begins(words, at, parts[^1])) parts.Add(new Part(Vocabulary.Contrasting(words[at].Text)));
            at += Add(parts[^1], words, lower, at);
            var word = words[at - 1];
            if (word.Term is { } term && (word.IsName || (word.IsFirst && names?.Contains(term) == true))) named.Add(term);
        }

        return new Statement(Merge(parts), named);
    }

    /// <summary>Whether a term is a number.</summary>
    public static bool IsNumber(string term) => term.StartsWith(NumberPrefix, StringComparison.Ordinal);

    /// <summary>One statement of several.</summary>
    public static Statement Join(params IEnumerable<Statement> statements) =>
        new(statements.SelectMany(statement => statement.Clauses), statements.SelectMany(statement => statement.Names));

    /// <summary>One clause as a statement.</summary>
    public Statement Only(Clause clause) => new([clause], Names.Where(clause.Terms.Contains));

    private static bool Begins(List<Word> words, int at, Part part)
    {
        if (part.Words.Count == 0) return false;
        var word = words[at];
        return word.Parted || word.IsFirst || Vocabulary.Contrasting(word.Text)
            || (Vocabulary.Joining(word.Text) && !(at + 1 < words.Count && Bounds.Contains(words[at + 1].Text)));
    }

    private static int Add(Part part, List<Word> words, string[] lower, int at)
    {
        var word = words[at];
        if (NumberWords.Read(lower, at) is { } number)
        {
            var unit = Unit(words, lower, at, at + number.Count, number.Suffix);

            // "One" is mostly no number: "one of them", "no one".
            if (lower[at] == "one" && unit is null) return 1;
            part.Quantities.Add(new Quantity(number.Value, unit));
            part.Add(NumberPrefix + number.Value);
            part.Words.UnionWith(lower[at..(at + number.Count)]);
            return number.Count;
        }

        part.Words.Add(word.Text);
        var denied = Vocabulary.Denied(word.Text);
        if (denied is not null || Denies(words, at)) part.Denials++;
        var (said, meant) = denied is null ? (word.Text, word.Term) : (denied, Vocabulary.TermOf(denied));
        if (meant is not { } term || Vocabulary.Attributes(said) || Vocabulary.Denies(said)) return 1;
        part.Add(term);
        if (IsExcluded(words, at)) part.Excluded.Add(term);
        return 1;
    }

    // ", not the leaves"
    private static bool IsExcluded(List<Word> words, int at)
    {
        var before = at - 1;
        while (before >= 0 && (words[before].Text is "the" or "a" or "an" or "to" or "on" or "in" or "at" or "by" or "your")) before--;
        return before >= 0 && words[before] is { Text: "not", Parted: true };
    }

    // "Three to five days": both are days.
    private static string? Unit(List<Word> words, string[] lower, int at, int next, string suffix)
    {
        if (suffix.Length > 0) return Vocabulary.Unit(suffix) ?? suffix;
        if (at > 0 && (lower[at - 1] is "$" or "€" or "£")) return Vocabulary.Unit(lower[at - 1]);
        if (next + 1 < words.Count && (lower[next] is "to" or "or" or "and") && NumberWords.Read(lower, next + 1) is { } upper)
            next += 1 + upper.Count;
        for (var i = next; i < words.Count && i < next + 2 && !words[i].Parted; i++)
            if (Vocabulary.Unit(lower[i]) is { } unit) return unit;
        return null;
    }

    // "No later than" and "not only" deny nothing, and "No," in front is an answer to a question.
    private static bool Denies(List<Word> words, int at)
    {
        var word = words[at];
        if (!Vocabulary.Denies(word.Text)) return false;
        if (word.Text is not ("no" or "not") || at + 1 >= words.Count) return true;
        if (words[at + 1].Text == "only" || (word.IsFirst && words[at + 1].Parted)) return false;
        return !(Bounds.Contains(words[at + 1].Text) && at + 2 < words.Count && words[at + 2].Text == "than");
    }

    /// <summary>A part that says too little to be a clause belongs to its neighbour, unless it stands against it.</summary>
    private static List<Clause> Merge(List<Part> parts)
    {
        List<Part> merged = [];
        foreach (var part in parts)
        {
            var isSmall = part.Terms.Count < ClauseTermsMin;
            var mayJoin = merged.Count > 0 && !part.IsContrast && (isSmall || merged[^1].Terms.Count < ClauseTermsMin);
            if (mayJoin) merged[^1].Take(part);
            else merged.Add(part);
        }

        return [.. merged.Select(part => part.Close())];
    }

    private sealed class Part(bool isContrast)
    {
        public bool IsContrast => isContrast;

        public HashSet<string> Terms { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Words { get; } = new(StringComparer.Ordinal);

        public List<Quantity> Quantities { get; } = [];

        public HashSet<string> Excluded { get; } = new(StringComparer.Ordinal);

        public List<string> Order { get; } = [];

        public int Denials { get; set; }

        public void Add(string term)
        {
            Terms.Add(term);
            Order.Add(term);
        }

        public Clause Close() => new(Order, new TermSet(Terms), Words, Quantities, Denials, Excluded);

        public void Take(Part other)
        {
            Terms.UnionWith(other.Terms);
            Order.AddRange(other.Order);
            Words.UnionWith(other.Words);
            Quantities.AddRange(other.Quantities);
            Excluded.UnionWith(other.Excluded);
            Denials += other.Denials;
        }
    }
}
