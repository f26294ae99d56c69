using System.Text;

namespace Millrace.Retrieval.Parsing.Code;

/// <summary>Cuts the lines of a file into sections.</summary>
internal sealed class SourceSections(SourceLanguage language, List<SourceLine> lines, DocumentTextBuilder builder)
{
    // A getter of its own would be a passage that says nothing.
    private const int DeclarationLinesMin = 4;
    private const int LevelsMax = 8;

    private readonly StringBuilder _block = new();
    private readonly Stack<int> _open = [];
    private int _leadFrom = -1;
    private bool _blankBefore;

    /// <summary>Adds all lines.</summary>
    public void Add()
    {
        for (var i = 0; i < lines.Count; i++) Add(i);
        Flush(_block.Length);
    }

    private void Add(int i)
    {
        var line = lines[i];
        if (line.Kind is SourceLineKind.Lead) Lead();
        else if (line.Kind is SourceLineKind.Code) Code(i);
        else _leadFrom = -1;
        Append(line);
        if (line.Kind is SourceLineKind.Closing) CloseAfter(line.Indent);
    }

    private void Lead()
    {
        if (_leadFrom < 0) _leadFrom = _block.Length;
    }

    private void Code(int i)
    {
        var line = lines[i];
        var start = _leadFrom >= 0 ? _leadFrom : _block.Length;
        _leadFrom = -1;
        var isDeclaration = line.Name.Length > 0 && _open.Count < LevelsMax && IsLong(i);
        var closesFrom = language.Nesting == CodeNesting.Blocks ? line.Indent : isDeclaration ? 0 : int.MaxValue;
        if (Close(closesFrom, start)) start = 0;
        if (!isDeclaration) return;
        Flush(start);
        _open.Push(line.Indent);
        builder.BeginPart(_open.Count, line.Name);
    }

    private void Append(SourceLine line)
    {
        if (line.Kind == SourceLineKind.Blank)
        {
            _blankBefore = _block.Length > 0;
            return;
        }

        if (_blankBefore && _block.Length > 0 && _leadFrom != _block.Length) _block.Append('\n');
        else if (_blankBefore && _leadFrom == _block.Length && _block.Length > 0) Shift();
        _blankBefore = false;
        _block.Append(line.Text.AsSpan().TrimEnd()).Append('\n');
    }

    // The blank line before a comment belongs to what is before it.
    private void Shift()
    {
        _block.Append('\n');
        _leadFrom = _block.Length;
    }

    // A bracket at the margin of a declaration is its last line.
    private void CloseAfter(int indent)
    {
        if (language.Nesting == CodeNesting.Blocks && _open.TryPeek(out var margin) && margin >= indent) Close(indent, _block.Length);
    }

    private bool Close(int indent, int start)
    {
        if (!_open.TryPeek(out var margin) || margin < indent) return false;
        Flush(start);
        while (_open.TryPeek(out margin) && margin >= indent) _open.Pop();
        builder.EndParts(_open.Count + 1);
        return true;
    }

    // What is before the start belongs to the section that ends, the rest to the next one.
    private void Flush(int start)
    {
        start = Math.Min(start, _block.Length);
        builder.AddVerbatim(_block.ToString(0, start));
        _block.Remove(0, start);
        if (_leadFrom >= 0) _leadFrom = Math.Max(0, _leadFrom - start);
    }

    private bool IsLong(int declaration)
    {
        if (language.Nesting == CodeNesting.Flat) return true;
        var count = 1;
        for (var i = declaration + 1; i < lines.Count && count < DeclarationLinesMin; i++)
        {
            var line = lines[i];
            if (line.Kind == SourceLineKind.Blank) continue;
            var isInside = line.Indent > lines[declaration].Indent || line.Kind is SourceLineKind.Opening or SourceLineKind.Closing;
            if (!isInside) return false;
            count++;
        }

        return count >= DeclarationLinesMin;
    }
}
