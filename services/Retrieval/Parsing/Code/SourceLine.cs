namespace Millrace.Retrieval.Parsing.Code;

/// <summary>A line of source code.</summary>
/// <param name="Text">The line without its line feed.</param>
/// <param name="Indent">Columns of white space before it, a tab as four; in a file without indentation, four for each open brace.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">What it declares; empty for nothing.</param>
internal readonly record struct SourceLine(string Text, int Indent, SourceLineKind Kind, string Name);

/// <summary>What a line of source code is.</summary>
internal enum SourceLineKind
{
    /// <summary>White space.</summary>
    Blank,

    /// <summary>A comment, an attribute or a decorator: belongs to what follows it.</summary>
    Lead,

    /// <summary>Begins with an opening bracket, or closes one and opens another: belongs to what is before it.</summary>
    Opening,

    /// <summary>A closing bracket or word: ends what is before it.</summary>
    Closing,

    /// <summary>Anything else.</summary>
    Code,
}
