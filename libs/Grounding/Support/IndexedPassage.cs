using Millrace.Grounding.Reading;

namespace Millrace.Grounding.Support;

/// <summary>A source, cut into sentences that were read. Not for use by several threads at once.</summary>
internal sealed class IndexedPassage
{
    /// <summary>Longest sentence that is read at once, in characters; a longer one, such as a table, is cut into parts.</summary>
    public const int SentenceCharsMax = 1000;

    private readonly Statement?[] _pairs;

    /// <summary>Reads a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="names">Terms that are names somewhere in the sources.</param>
    /// <param name="cache">Words that were read before.</param>
    public IndexedPassage(GroundingSource source, IReadOnlySet<string> names, WordCache cache)
    {
        Source = source;
        Text = new NormalizedText(source.Text);
        var spans = Reading.Sentences.Split(source.Text).SelectMany(span => Cut(source.Text, span)).ToList();
        var headings = spans.Where(span => IsHeading(source.Text, span)).ToHashSet();
        IEnumerable<string> above = [source.Title, .. source.Breadcrumb, .. headings.Select(span => span.Of(source.Text))];
        Headings = new TermSet(above.SelectMany(title => Statement.Parse(title, names: null, cache).Order));
        var body = headings.Count < spans.Count ? spans.Where(span => !headings.Contains(span)) : spans;
        Sentences = [.. body.Select(span => new IndexedSentence(span, Statement.Parse(span.Of(source.Text), names, cache)))];
        _pairs = new Statement?[Sentences.Count];
    }

    /// <summary>The source.</summary>
    public GroundingSource Source { get; }

    /// <summary>Its text, for looking up words as they stand.</summary>
    public NormalizedText Text { get; }

    /// <summary>What its title and headings speak of.</summary>
    public TermSet Headings { get; }

    /// <summary>Its sentences without headings, in order.</summary>
    public IReadOnlyList<IndexedSentence> Sentences { get; }

    /// <summary>What a sentence and the one behind it say together.</summary>
    public Statement Pair(int at) => _pairs[at] ??= Statement.Join(Sentences[at].Statement, Sentences[at + 1].Statement);

    // A line behind hashes, or the first row of a table, above the row of dashes.
    private static bool IsHeading(string text, TextSpan span) =>
        IsBehindHash(text, span.Start)
        || (text[span.Start] == '|' && (Below(text, span).StartsWith("|-") || Below(text, span).StartsWith("| -")));

    private static bool IsBehindHash(string text, int start)
    {
        while (start > 0 && text[start - 1] == ' ') start--;
        return start > 0 && text[start - 1] == '#';
    }

    private static ReadOnlySpan<char> Below(string text, TextSpan span) => text.AsSpan(span.End).TrimStart();

    private static IEnumerable<TextSpan> Cut(string text, TextSpan span)
    {
        var start = span.Start;
        while (span.End - start > SentenceCharsMax)
        {
            var blank = text.LastIndexOf(' ', start + SentenceCharsMax, SentenceCharsMax / 2);
            var end = blank > start ? blank : start + SentenceCharsMax;
            yield return TextSpan.Between(start, end);
            start = end;
        }

        if (span.End > start) yield return TextSpan.Between(start, span.End);
    }
}

/// <summary>A sentence of a source.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Statement">What it says.</param>
internal sealed record IndexedSentence(TextSpan Span, Statement Statement)
{
    /// <summary>Whether it has a part in a span.</summary>
    public bool Touches(TextSpan span) => Span.Start < span.End && span.Start < Span.End;
}
