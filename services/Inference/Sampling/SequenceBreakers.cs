using System.Text;
using Millrace.Inference.Detokenization;

namespace Millrace.Inference.Sampling;

/// <summary>
/// Finds where a sequence's text last held a string that no repetition reaches across, within one token or over several. It reads every
/// token once, however often it is asked.
/// </summary>
internal sealed class SequenceBreakers
{
    private readonly byte[][] _breakers;
    private readonly byte[] _text;
    private readonly int _tailMax;
    private int _tail;
    private int _read;
    private int _afterLast;

    public SequenceBreakers(IReadOnlyList<string> breakers)
    {
        _breakers = [.. breakers.Select(Encoding.UTF8.GetBytes)];
        _tailMax = _breakers.Length == 0 ? 0 : _breakers.Max(breaker => breaker.Length) - 1;
        _text = new byte[2 * _tailMax];
    }

    /// <summary>How many tokens there are since the last one that held or ended a breaker.</summary>
    public int CountSinceLast(ReadOnlySpan<int> tokens, ITokenVocabulary vocabulary)
    {
        if (tokens.Length < _read) (_read, _afterLast, _tail) = (0, 0, 0);
        for (; _read < tokens.Length; _read++)
            if (Read(vocabulary.Piece(tokens[_read])))
                _afterLast = _read + 1;
        return tokens.Length - _afterLast;
    }

    /// <summary>Whether this text holds a breaker.</summary>
    public bool Breaks(ReadOnlySpan<byte> text)
    {
        foreach (var breaker in _breakers)
            if (text.IndexOf(breaker) >= 0)
                return true;
        return false;
    }

    /// <summary>A breaker may have begun in earlier tokens, so as much of their text is kept as it could have begun in.</summary>
    private bool Read(ReadOnlySpan<byte> piece)
    {
        var met = Breaks(piece);
        if (_tailMax == 0 || piece.IsEmpty) return met;
        var head = piece[..Math.Min(piece.Length, _tailMax)];
        head.CopyTo(_text.AsSpan(_tail));
        met = met || Ends(_tail + head.Length);
        KeepTail(piece, _tail + head.Length);
        return met;
    }

    private bool Ends(int length)
    {
        foreach (var breaker in _breakers)
            if (_text.AsSpan(0, length)[Math.Max(0, _tail - breaker.Length + 1)..].IndexOf(breaker) >= 0)
                return true;
        return false;
    }

    private void KeepTail(ReadOnlySpan<byte> piece, int length)
    {
        if (piece.Length >= _tailMax) piece[^_tailMax..].CopyTo(_text);
        else _text.AsSpan(Math.Max(0, length - _tailMax), Math.Min(length, _tailMax)).CopyTo(_text);
        _tail = Math.Min(_tailMax, length);
    }
}
