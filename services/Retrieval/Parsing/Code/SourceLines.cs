using System.Text.RegularExpressions;

namespace Millrace.Retrieval.Parsing.Code;

/// <summary>Looks at a source file line by line. Nothing is understood beyond a line, so nothing can drift: whatever a string or a macro
/// contains, the next line at the margin is at the margin again.</summary>
internal sealed partial class SourceLines(SourceLanguage language, ParsingBudget budget)
{
    private const int Tab = 4;
    private const int DeclarationCharsMax = 300;
    private const int IndentMax = 400;
    private bool _inBlockComment;
    private int _braces;

    /// <summary>The lines of a file.</summary>
    public List<SourceLine> Read(string source)
    {
        var texts = source.Split('\n');
        var byBraces = language.Nesting == CodeNesting.Blocks && IsWithoutIndentation(texts);
        List<SourceLine> lines = new(texts.Length);
        foreach (var text in texts)
        {
            budget.Stop.ThrowIfCancellationRequested();
            lines.Add(Line(text, byBraces));
        }

        return lines;
    }

    private static bool IsWithoutIndentation(string[] texts)
    {
        const int FewLines = 5;
        const int IndentedOneIn = 20;
        var indented = texts.Count(text => text.Length > 1 && text[0] is ' ' or '\t' && text[1] != '*');
        var braces = texts.Count(text => text.Contains('{', StringComparison.Ordinal));
        return texts.Length > FewLines && braces > 0 && indented * IndentedOneIn <= texts.Length;
    }

    private SourceLine Line(string text, bool byBraces)
    {
        var trimmed = text.AsSpan().Trim();
        var indent = byBraces ? BraceIndent(trimmed) : Indent(text);
        var kind = Kind(trimmed);
        var name = kind == SourceLineKind.Code && text.Length <= DeclarationCharsMax ? Name(text) : "";
        return new SourceLine(text, indent, kind, name);
    }

    private static int Indent(string text)
    {
        var columns = 0;
        foreach (var c in text)
        {
            if (c == '\t') columns += Tab;
            else if (c == ' ') columns++;
            else break;
        }

        return Math.Min(columns, IndentMax);
    }

    // Brackets in strings count too: such files are rare, and a wrong guess costs a breadcrumb.
    private int BraceIndent(ReadOnlySpan<char> text)
    {
        var before = text is ['}', ..] ? _braces - 1 : _braces;
        _braces = Math.Max(0, _braces + text.Count('{') - text.Count('}'));
        return Math.Clamp(before * Tab, 0, IndentMax);
    }

    private SourceLineKind Kind(ReadOnlySpan<char> trimmed)
    {
        if (trimmed.Length == 0) return SourceLineKind.Blank;
        if (IsComment(trimmed)) return SourceLineKind.Lead;
        if (trimmed is ['@', ..] || (trimmed is ['[', .., ']'] && language.Nesting == CodeNesting.Blocks) || trimmed.StartsWith("#["))
            return SourceLineKind.Lead;
        if (trimmed[0] is '}' or ')' or ']' || ClosingWord().IsMatch(trimmed))
            return trimmed[^1] is '{' or '(' or '[' or ':' ? SourceLineKind.Opening : SourceLineKind.Closing;
        return trimmed[0] is '{' or '(' ? SourceLineKind.Opening : SourceLineKind.Code;
    }

    private bool IsComment(ReadOnlySpan<char> trimmed)
    {
        var wasIn = _inBlockComment;
        if (wasIn) _inBlockComment = !trimmed.Contains("*/", StringComparison.Ordinal);
        else if (trimmed.StartsWith("/*")) _inBlockComment = !trimmed[2..].Contains("*/", StringComparison.Ordinal);
        if (wasIn) return true;
        foreach (var mark in language.LineComments)
            if (trimmed.StartsWith(mark) && !(mark == "#" && trimmed.StartsWith("#["))) return true;
        return false;
    }

    private string Name(string text)
    {
        foreach (var pattern in language.Declarations)
            if (pattern.Match(text) is { Success: true } match) return match.Groups["name"].Value.Trim(':', '.');
        return "";
    }

    [GeneratedRegex(@"^(?:end|else|elif|elsif|catch|except|finally|rescue|ensure|fi|done|esac)\b")]
    private static partial Regex ClosingWord();
}
