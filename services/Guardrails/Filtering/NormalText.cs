using System.Text;

namespace Millrace.Guardrails.Filtering;

/// <summary>
/// The text as recognisers read it (see <see cref="NormalChars"/>), plain and folded, and where each of its characters is in the original.
/// Made piece by piece: a character that was cut in two is read when it is whole.
/// </summary>
internal sealed class NormalText
{
    // More of them in a row than any script has use for are read, each as a character that belongs to no word: a bound on what is held.
    private const int InvisibleRunMax = 32;
    private const int CharsInitial = 512;

    private readonly Origins _origins = new();
    private char[] _plain = new char[CharsInitial];
    private char[] _folded = new char[CharsInitial];
    private int _length;
    private int _read;
    private int _invisible;
    private char _highSurrogate;

    /// <summary>The text.</summary>
    public ReadOnlySpan<char> Plain => _plain.AsSpan(0, _length);

    /// <summary>The text with look-alike letters as Latin ones; as long as <see cref="Plain"/>.</summary>
    public ReadOnlySpan<char> Folded => _folded.AsSpan(0, _length);

    /// <summary>How many characters were before this text.</summary>
    public int Offset { get; private set; }

    /// <summary>Offset in the original at which a character starts.</summary>
    public int StartOf(int index) => _origins.StartOf(Offset + index, index);

    /// <summary>Offset in the original behind a character.</summary>
    public int EndOf(int index) => _origins.EndOf(Offset + index, index);

    /// <summary>Reads on in the original.</summary>
    public void Append(ReadOnlySpan<char> original)
    {
        Reserve(original.Length + 1);
        if (_highSurrogate == 0 && Ascii.IsValid(original)) AppendAscii(original);
        else foreach (var c in original) Append(c);
    }

    /// <summary>Takes what waited for its other half as it is: no more comes.</summary>
    public void End()
    {
        Reserve(1);
        TakeLoneSurrogate();
    }

    /// <summary>Drops characters from the start.</summary>
    public void Forget(int count)
    {
        if (count == 0) return;
        Plain[count..].CopyTo(_plain);
        Folded[count..].CopyTo(_folded);
        _origins.Forget(count, _length);
        _length -= count;
        Offset += count;
    }

    private void AppendAscii(ReadOnlySpan<char> original)
    {
        original.CopyTo(_plain.AsSpan(_length));
        original.CopyTo(_folded.AsSpan(_length));
        _origins.AddRun(_length, _read, original.Length);
        _length += original.Length;
        _read += original.Length;
        if (original.Length > 0) _invisible = 0;
    }

    private void Append(char c)
    {
        if (char.IsHighSurrogate(c))
        {
            TakeLoneSurrogate();
            _highSurrogate = c;
        }
        else if (char.IsLowSurrogate(c) && _highSurrogate != 0) AppendPair(c);
        else
        {
            TakeLoneSurrogate();
            Take(c, NormalChars.Of(c), NormalChars.Fold(c));
        }
    }

    private void AppendPair(char low)
    {
        var high = _highSurrogate;
        _highSurrogate = '\0';
        var read = NormalChars.OfPair(char.ConvertToUtf32(high, low));
        if (read != 0) Add(read, read, width: 2);
        else
        {
            Add(high, high, width: 1);
            Add(low, low, width: 1);
        }
    }

    private void TakeLoneSurrogate()
    {
        if (_highSurrogate == 0) return;
        Add(_highSurrogate, _highSurrogate, width: 1);
        _highSurrogate = '\0';
    }

    private void Take(char original, char plain, char folded)
    {
        if (plain != NormalChars.Nothing || original == NormalChars.Nothing) Add(plain, folded, width: 1);
        else if (_invisible >= InvisibleRunMax) Add(original, original, width: 1, isVisible: false);
        else
        {
            _origins.Skip(_length, Offset, _read);
            _read++;
            _invisible++;
        }
    }

    private void Add(char plain, char folded, int width, bool isVisible = true)
    {
        if (width > 1) _origins.Skip(_length, Offset, _read);
        _plain[_length] = plain;
        _folded[_length] = folded;
        _origins.Add(_length, _read, width);
        _length++;
        _read += width;
        if (isVisible) _invisible = 0;
    }

    private void Reserve(int more)
    {
        if (_length + more <= _plain.Length) return;
        var capacity = Math.Max(_plain.Length * 2, _length + more);
        Array.Resize(ref _plain, capacity);
        Array.Resize(ref _folded, capacity);
        _origins.Reserve(capacity);
    }
}
