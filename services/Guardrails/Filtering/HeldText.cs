using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Filtering;

/// <summary>
/// The part of a stream that is still needed: what has not been let go, and a little before it that recognisers look back on. Positions
/// are offsets in the normalised text from its beginning; what is let go is the original.
/// </summary>
internal sealed class HeldText
{
    private const int CharsInitial = 512;

    private readonly NormalText _normal = new();
    private char[] _original = new char[CharsInitial];
    private int _originalOffset;
    private int _originalLength;
    private int _released;

    /// <summary>Position behind the last character.</summary>
    public int End => _normal.Offset + _normal.Plain.Length;

    /// <summary>The first position that has not been decided.</summary>
    public int Decided { get; set; }

    /// <summary>How many characters are not decided.</summary>
    public int Chars => End - Decided;

    /// <summary>The text as a reader sees it: from as far before a position as one may look.</summary>
    /// <param name="position">The position.</param>
    /// <param name="isFolded">Whether look-alike letters are read as Latin ones.</param>
    /// <param name="from">Position of the first character.</param>
    public ReadOnlySpan<char> Before(int position, bool isFolded, out int from)
    {
        from = Math.Max(_normal.Offset, position - Recogniser.LookBehindMax);
        return (isFolded ? _normal.Folded : _normal.Plain)[(from - _normal.Offset)..];
    }

    /// <summary>The whole held text, plain, and the position of its first character.</summary>
    public ReadOnlySpan<char> Plain(out int from)
    {
        from = _normal.Offset;
        return _normal.Plain;
    }

    /// <summary>The whole held text with look-alike letters as Latin ones.</summary>
    public ReadOnlySpan<char> Folded => _normal.Folded;

    /// <summary>Adds text, and forgets what is no longer needed.</summary>
    public void Append(ReadOnlySpan<char> text, bool isEnd)
    {
        Forget();
        if (_originalLength + text.Length > _original.Length)
            Array.Resize(ref _original, Math.Max(_original.Length * 2, _originalLength + text.Length));
        text.CopyTo(_original.AsSpan(_originalLength));
        _originalLength += text.Length;
        _normal.Append(text);
        if (isEnd) _normal.End();
    }

    /// <summary>The original of the characters between two positions, with what nobody sees between them.</summary>
    public ReadOnlySpan<char> Original(int start, int end) => Between(OriginalStart(start), OriginalEnd(end));

    /// <summary>Offset in the original of the character at a position.</summary>
    public int OriginalStart(int position) => _normal.StartOf(position - _normal.Offset);

    /// <summary>Offset in the original behind the character before a position.</summary>
    public int OriginalEnd(int position) => _normal.EndOf(position - 1 - _normal.Offset);

    /// <summary>The original up to a position, as far as it was not released before.</summary>
    public ReadOnlySpan<char> ReleaseTo(int position)
    {
        var end = position < End ? OriginalStart(position) : position > _normal.Offset ? OriginalEnd(position) : _released;
        return Release(end);
    }

    /// <summary>All of the original that was not released before.</summary>
    public ReadOnlySpan<char> ReleaseRest() => Release(_originalOffset + _originalLength);

    /// <summary>Drops the original of the characters up to a position: it is never released.</summary>
    public void Skip(int position) => _released = Math.Max(_released, OriginalEnd(position));

    private ReadOnlySpan<char> Release(int end)
    {
        if (end <= _released) return [];
        var text = Between(_released, end);
        _released = end;
        return text;
    }

    private ReadOnlySpan<char> Between(int start, int end) => _original.AsSpan(start - _originalOffset, end - start);

    private void Forget()
    {
        var count = Decided - Recogniser.LookBehindMax - _normal.Offset;
        if (count <= 0) return;

        var keepFrom = Math.Min(_released, _normal.StartOf(count));
        _normal.Forget(count);
        var dropped = keepFrom - _originalOffset;
        _original.AsSpan(dropped, _originalLength - dropped).CopyTo(_original);
        _originalLength -= dropped;
        _originalOffset = keepFrom;
    }
}
