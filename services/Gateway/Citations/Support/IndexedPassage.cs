using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.Citations.Support;

/// <summary>A passage, cut into sentences that were read.</summary>
internal sealed class IndexedPassage
{
    /// <summary>Reads a passage.</summary>
    /// <param name="source">The passage.</param>
    /// <param name="names">Terms that are names somewhere in the passages.</param>
    public IndexedPassage(RetrievedPassage source, IReadOnlySet<string> names)
    {
        Source = source;
        Text = new NormalizedText(source.Text);
        var spans = Citations.Sentences.Split(source.Text).ToList();
        var headings = spans.Where(span => IsHeading(source.Text, span)).ToList();
        Headings = Statement.Join([
            Statement.Parse(source.Title), .. source.Breadcrumb.Select(title => Statement.Parse(title)),
            .. headings.Select(span => Statement.Parse(span.Of(source.Text)))]).Terms;
        var body = headings.Count < spans.Count ? spans.Except(headings) : spans;
        Sentences = [.. body.Select(span => new IndexedSentence(span, Statement.Parse(span.Of(source.Text), names)))];
    }

    /// <summary>The passage.</summary>
    public RetrievedPassage Source { get; }

    /// <summary>Its text, for looking up words as they stand.</summary>
    public NormalizedText Text { get; }

    /// <summary>What its title and headings speak of.</summary>
    public IReadOnlySet<string> Headings { get; }

    /// <summary>Its sentences without headings, in order.</summary>
    public IReadOnlyList<IndexedSentence> Sentences { get; }

    // A line behind hashes, or the first row of a table, above the row of dashes.
    private static bool IsHeading(string text, TextSpan span) =>
        text.AsSpan(0, span.Start).TrimEnd(' ').EndsWith("#")
        || (text[span.Start] == '|' && (Below(text, span).StartsWith("|-") || Below(text, span).StartsWith("| -")));

    private static ReadOnlySpan<char> Below(string text, TextSpan span) => text.AsSpan(span.End).TrimStart();
}

/// <summary>A sentence of a passage.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Statement">What it says.</param>
internal sealed record IndexedSentence(TextSpan Span, Statement Statement)
{
    /// <summary>Whether it has a part in a span.</summary>
    public bool Touches(TextSpan span) => Span.Start < span.End && span.Start < Span.End;
}
