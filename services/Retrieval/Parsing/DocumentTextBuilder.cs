using System.Text;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>Collects headings and paragraphs in reading order and knows where each section begins and ends.</summary>
internal sealed class DocumentTextBuilder
{
    /// <summary>Most UTF-16 code units of a document's text. A table repeats its column names in every row, so a text can outgrow its
    /// source.</summary>
    public const int TextCharsMax = 32 * 1024 * 1024;

    /// <summary>Deepest nesting of a source. Real documents stay below 30; a walk of 200 levels is far from the end of the stack.</summary>
    public const int NestingMax = 200;

    private readonly StringBuilder _text = new();
    private readonly List<Section> _sections = [];
    private readonly List<Heading> _headings = [];
    private int _bodyStart;
    private string? _title;

    /// <summary>Begins a section. A heading without text is ignored.</summary>
    /// <param name="level">1 for the outermost.</param>
    /// <param name="text">The heading.</param>
    public void AddHeading(int level, string text)
    {
        var heading = Whitespace.Collapse(text);
        if (heading.Length == 0) return;
        CloseSection(nextLevel: level);
        _title ??= heading;
        _headings.RemoveAll(above => above.Level >= level);
        var start = Append("\n\n", heading);
        _headings.Add(new Heading(level, heading, start));
        _bodyStart = _text.Length;
    }

    /// <summary>Adds a paragraph; a blank line separates it from what is before it.</summary>
    public void AddParagraph(string text) => Append("\n\n", text.Trim('\n', ' '));

    /// <summary>Adds a line, such as a list item or a table row, directly below what is before it.</summary>
    public void AddLine(string text) => Append("\n", text.Trim('\n', ' '));

    /// <summary>Says what the document is called if no heading does.</summary>
    public void SuggestTitle(string title) => SuggestedTitle ??= Whitespace.Collapse(title) is { Length: > 0 } text ? text : null;

    /// <summary>The finished document.</summary>
    /// <param name="fallbackTitle">The title if nothing else gives one.</param>
    public ParsedDocument Build(string fallbackTitle)
    {
        CloseSection(nextLevel: 0);
        return new ParsedDocument(_title ?? SuggestedTitle ?? fallbackTitle, _text.ToString(), _sections);
    }

    private string? SuggestedTitle { get; set; }

    private int Append(string separator, string text)
    {
        if (string.IsNullOrWhiteSpace(text)) return _text.Length;
        if (_text.Length > 0) _text.Append(separator == "\n" && _text.Length == _bodyStart ? "\n\n" : separator);
        var start = _text.Length;
        _text.Append(text);
        if (_text.Length > TextCharsMax) throw TooLarge();
        return start;
    }

    private void CloseSection(int nextLevel)
    {
        var (start, end) = (_bodyStart, _text.Length);
        while (start < end && char.IsWhiteSpace(_text[start])) start++;
        if (start < end) _sections.Add(new Section(Breadcrumb(), start, end - start));
        else if (_headings.Count > 0 && nextLevel <= _headings[^1].Level) AddBareHeading(_headings[^1]);
        _bodyStart = _text.Length;
    }

    // A heading with neither text nor headings below it would be in no section and could never be found: it is its own text.
    private void AddBareHeading(Heading heading) => _sections.Add(new Section(Breadcrumb(), heading.Start, heading.Text.Length));

    private string[] Breadcrumb() => [.. _headings.Select(heading => heading.Text)];

    private static MillraceException TooLarge() => new(
        Reason.PayloadTooLarge, $"The document's text is longer than {TextCharsMax} characters. Split the document.") { Param = "content" };

    private sealed record Heading(int Level, string Text, int Start);
}
