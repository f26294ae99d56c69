namespace Millrace.Retrieval.Parsing;

/// <summary>A document as it is to be read.</summary>
/// <param name="MediaType">Its media type, as <see cref="MediaTypes.Resolve"/> returns it.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Budget">What it may take.</param>
internal sealed record DocumentSource(string MediaType, ReadOnlyMemory<byte> Content, ParsingBudget Budget)
{
    /// <summary>The decoded and cleaned text of a format that is text.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">The bytes are no text.</exception>
    public string Text() => SourceText.Decode(Content.Span);

    /// <summary>The same, of a format whose lines have a meaning and so a limit.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">The bytes are no text, or a line is too long.</exception>
    public string Lines()
    {
        var text = Text();
        Budget.RequireLines(text);
        return text;
    }
}
