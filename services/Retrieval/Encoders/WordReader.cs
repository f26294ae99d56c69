using System.Text;

namespace Millrace.Retrieval.Encoders;

/// <summary>Reads a text word by word, as a WordPiece tokenizer does before it looks them up.</summary>
/// <param name="text">The text.</param>
/// <param name="folding">What becomes of its code points.</param>
internal ref struct WordReader(ReadOnlySpan<char> text, TextFolding folding)
{
    private const int BufferCharsMin = 256;

    private readonly ReadOnlySpan<char> _text = text;
    private char[] _word = new char[BufferCharsMin];
    private int _length;
    private int _next;

    /// <summary>Offset of the word's first UTF-16 code unit.</summary>
    public int Start { get; private set; }

    /// <summary>Offset after its last one.</summary>
    public int End { get; private set; }

    /// <summary>The word, folded; valid until the next one is read.</summary>
    public readonly ReadOnlySpan<char> Word => _word.AsSpan(0, _length);

    /// <summary>Goes on to the next word.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next()
    {
        _length = 0;
        while (_next < _text.Length)
        {
            var units = Decode(_text, _next, out var codePoint);
            var (role, folded) = folding.Fold(codePoint);
            if (_length > 0 && (role is RuneRole.Space or RuneRole.Word)) return true;
            if (role is RuneRole.Part or RuneRole.Word) Append(folded, units);
            _next += units;
            if (role == RuneRole.Word) return true;
        }

        return _length > 0;
    }

    /// <summary>Reads a code point. A lone surrogate is read as the replacement character, which it becomes in UTF-8.</summary>
    /// <returns>Its UTF-16 code units.</returns>
    public static int Decode(ReadOnlySpan<char> text, int index, out int codePoint)
    {
        codePoint = text[index];
        if (!char.IsSurrogate((char)codePoint)) return 1;
        Rune.DecodeFromUtf16(text[index..], out var rune, out var units);
        codePoint = rune.Value;
        return units;
    }

    private void Append(int codePoint, int units)
    {
        if (_length == 0) Start = _next;
        End = _next + units;
        if (_length + 2 > _word.Length) Array.Resize(ref _word, _word.Length * 2);
        if (codePoint < 0x10000) _word[_length++] = (char)codePoint;
        else _length += new Rune(codePoint).EncodeToUtf16(_word.AsSpan(_length));
    }
}
