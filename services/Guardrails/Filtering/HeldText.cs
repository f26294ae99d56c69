using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Filtering;

/// <summary>
/// The part of a stream that is still needed: what has not been let go, and a little before it that recognisers look back on.
/// Indexes are into <see cref="Text"/>; <see cref="Offset"/> makes them offsets of the stream.
/// </summary>
internal sealed class HeldText
{
    private const int CharsInitial = 512;

    private char[] _chars = new char[CharsInitial];
    private int _length;
    private int _released;

    /// <summary>The text.</summary>
    public ReadOnlySpan<char> Text => _chars.AsSpan(0, _length);

    /// <summary>Offset of the text in the stream.</summary>
    public int Offset { get; private set; }

    /// <summary>The first position that has not been decided.</summary>
    public int Position { get; set; }

    /// <summary>How many characters are not decided.</summary>
    public int Chars => _length - Position;

    /// <summary>Adds text, and forgets what is no longer needed.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        Forget(Math.Max(0, Position - Recogniser.LookBehindMax));
        if (_length + text.Length > _chars.Length) Array.Resize(ref _chars, Math.Max(_chars.Length * 2, _length + text.Length));
        text.CopyTo(_chars.AsSpan(_length));
        _length += text.Length;
    }

    /// <summary>The text up to an index that was not released before.</summary>
    public ReadOnlySpan<char> Release(int end)
    {
        if (end <= _released) return [];
        var text = Text[_released..end];
        _released = end;
        return text;
    }

    /// <summary>Drops the text up to an index: it is never released.</summary>
    public void Skip(int end) => _released = Math.Max(_released, end);

    private void Forget(int count)
    {
        if (count == 0) return;
        Text[count..].CopyTo(_chars);
        _length -= count;
        Position -= count;
        _released -= count;
        Offset += count;
    }
}
