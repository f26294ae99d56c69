using System.Text;

namespace Millrace.Retrieval.Parsing;

/// <summary>Collects headings and paragraphs in reading order and knows where each section begins and ends. Whatever it is given, the
/// result is clean text with sections in order, without overlap, on character boundaries and within the limits.</summary>
/// <param name="budget">What the document may take.</param>
internal sealed class DocumentTextBuilder(ParsingBudget budget)
{
    // A longer heading is a paragraph in disguise: the breadcrumb has its beginning, and the section begins with the whole of it.
    private const int HeadingCharsMax = 300;
    private const int MetadataEntriesMax = 64;

    private readonly StringBuilder _text = new();
    private readonly List<Section> _sections = [];
    private readonly List<Heading> _headings = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private int _bodyStart;
    private Heading? _bareHeading;
    private string? _title;
    private string? _headingTitle;
    private string? _suggestedTitle;

    /// <summary>A builder with the default limits.</summary>
    public DocumentTextBuilder()
        : this(new ParsingBudget(new ParsingOptions(), CancellationToken.None))
    {
    }

    /// <summary>What the document may take.</summary>
    public ParsingBudget Budget => budget;

    /// <summary>Length of the text so far, in UTF-16 code units.</summary>
    public int Length => _text.Length;

    /// <summary>Begins a section. A heading without text is ignored.</summary>
    /// <param name="level">1 for the outermost.</param>
    /// <param name="text">The heading.</param>
    public void AddHeading(int level, string text)
    {
        var heading = Whitespace.Collapse(CleanText.Of(text));
        if (heading.Length == 0) return;
        var name = Shortened(heading);
        _headingTitle ??= name;
        Enter(level);
        var start = Append("\n\n", heading);
        _bareHeading = new Heading(level, name, start, heading.Length);
        _headings.Add(_bareHeading);
        _bodyStart = name.Length == heading.Length ? _text.Length : start;
    }

    /// <summary>Begins a section whose name is told by the breadcrumb only, such as a page or a method; the text does not repeat it.
    /// </summary>
    /// <param name="level">1 for the outermost.</param>
    /// <param name="name">The name.</param>
    public void BeginPart(int level, string name)
    {
        Enter(level);
        var part = Shortened(Whitespace.Collapse(CleanText.Of(name)));
        if (part.Length > 0) _headings.Add(new Heading(level, part, 0, 0));
    }

    /// <summary>Ends the sections of a level and below; what follows belongs to the one above them.</summary>
    public void EndParts(int level) => Enter(level);

    /// <summary>Adds a paragraph; a blank line separates it from what is before it.</summary>
    public void AddParagraph(string text) => Append("\n\n", text.Trim('\n', ' '));

    /// <summary>Adds a paragraph whose indentation has a meaning.</summary>
    public void AddVerbatim(string text)
    {
        if (!string.IsNullOrWhiteSpace(text)) Append("\n\n", text.TrimEnd()[FirstLine(text)..]);
    }

    /// <summary>Adds a line, such as a list item or a table row, directly below what is before it.</summary>
    public void AddLine(string text) => Append("\n", text.Trim('\n', ' '));

    /// <summary>Says what the document is called, whatever its headings say.</summary>
    public void SetTitle(string title) => _title ??= Title(title);

    /// <summary>Says what the document is called if no heading does.</summary>
    public void SuggestTitle(string title) => _suggestedTitle ??= Title(title);

    /// <summary>Adds what the document says of itself; what is beyond the number of entries that an upload may have is left out.</summary>
    public void SuggestMetadata(string key, string value)
    {
        if (_metadata.Count < MetadataEntriesMax) _metadata.TryAdd(CleanText.Of(key), CleanText.Of(value));
    }

    /// <summary>A builder for a piece that becomes part of this document, such as a cell; it takes from the same budget.</summary>
    public DocumentTextBuilder Detached() => new(budget);

    /// <summary>The finished document.</summary>
    /// <param name="fallbackTitle">The title if nothing else gives one.</param>
    public ParsedDocument Build(string fallbackTitle)
    {
        CloseSection(nextLevel: 0);
        var title = _title ?? _headingTitle ?? _suggestedTitle ?? fallbackTitle;
        return new ParsedDocument(title, _text.ToString(), _sections) { Metadata = _metadata };
    }

    /// <summary>The text alone.</summary>
    public string BuildText() => _text.ToString();

    private static string? Title(string title) => Whitespace.Collapse(CleanText.Of(title)) is { Length: > 0 } text ? Shortened(text) : null;

    private static string Shortened(string heading)
    {
        if (heading.Length <= HeadingCharsMax) return heading;
        var end = char.IsHighSurrogate(heading[HeadingCharsMax - 1]) ? HeadingCharsMax - 1 : HeadingCharsMax;
        return heading[..end].TrimEnd() + "…";
    }

    // Where the first line that is not blank begins, its indentation included.
    private static int FirstLine(string text)
    {
        var i = 0;
        while (char.IsWhiteSpace(text[i])) i++;
        return i == 0 ? 0 : text.LastIndexOf('\n', i - 1) + 1;
    }

    private void Enter(int level)
    {
        CloseSection(level);
        _headings.RemoveAll(above => above.Level >= level);
    }

    private int Append(string separator, string text)
    {
        var clean = CleanText.Of(text);
        if (string.IsNullOrWhiteSpace(clean)) return _text.Length;
        budget.RequireTextChars((long)_text.Length + clean.Length + separator.Length);
        if (_text.Length > 0) _text.Append(separator == "\n" && _text.Length == _bodyStart ? "\n\n" : separator);
        var start = _text.Length;
        _text.Append(clean);
        return start;
    }

    private void CloseSection(int nextLevel)
    {
        var (start, end) = (_bodyStart, _text.Length);
        while (start < end && char.IsWhiteSpace(_text[start])) start++;
        while (start < end && char.IsWhiteSpace(_text[end - 1])) end--;
        if (start < end) AddSection(start, end - start);
        else if (_bareHeading is { } bare && nextLevel <= bare.Level) AddSection(bare.Start, bare.Chars);
        _bodyStart = _text.Length;
    }

    // A heading with neither text nor headings below it would be in no section and could never be found: it is its own text.
    private void AddSection(int start, int length)
    {
        if (_sections.Count == budget.Limits.SectionsMax)
            throw ParsingErrors.OverLimit(
                $"The document has more than {budget.Limits.SectionsMax} sections.", nameof(ParsingOptions.SectionsMax));
        _sections.Add(new Section([.. _headings.Select(heading => heading.Text)], start, length));
        _bareHeading = null;
    }

    // Chars is 0 for a part, whose name is not in the text.
    private sealed record Heading(int Level, string Text, int Start, int Chars);
}
