namespace Millrace.Guardrails.Filtering;

/// <summary>
/// Where the characters of a normalised text are in the original. As long as every one is one of the original, nothing is kept of it:
/// that is so for nearly every text.
/// </summary>
internal sealed class Origins
{
    private const int CharsInitial = 512;

    private (int Start, int End)[]? _spans;
    private int _capacity = CharsInitial;

    /// <summary>Where a character starts.</summary>
    /// <param name="absolute">Its offset in the normalised text from the beginning.</param>
    /// <param name="index">Its index in what is held.</param>
    public int StartOf(int absolute, int index) => _spans is null ? absolute : _spans[index].Start;

    /// <summary>Where a character ends.</summary>
    /// <param name="absolute">Its offset in the normalised text from the beginning.</param>
    /// <param name="index">Its index in what is held.</param>
    public int EndOf(int absolute, int index) => _spans is null ? absolute + 1 : _spans[index].End;

    /// <summary>Notes that the texts part here.</summary>
    /// <param name="held">How many characters are held.</param>
    /// <param name="forgotten">How many were before those.</param>
    /// <param name="read">How many of the original were read.</param>
    public void Skip(int held, int forgotten, int read)
    {
        if (_spans is not null) return;
        _spans = new (int, int)[_capacity];
        AddRun(0, forgotten, held);
        if (forgotten + held != read) throw new InvalidOperationException($"{read} characters were read, not {forgotten + held}.");
    }

    /// <summary>Notes a character.</summary>
    public void Add(int index, int start, int width)
    {
        if (_spans is not null) _spans[index] = (start, start + width);
    }

    /// <summary>Notes characters that are those of the original.</summary>
    public void AddRun(int index, int start, int count)
    {
        if (_spans is null) return;
        for (var i = 0; i < count; i++) _spans[index + i] = (start + i, start + i + 1);
    }

    /// <summary>Drops characters from the start.</summary>
    public void Forget(int count, int held) => _spans?.AsSpan(count, held - count).CopyTo(_spans);

    /// <summary>Makes room.</summary>
    public void Reserve(int capacity)
    {
        _capacity = capacity;
        if (_spans is not null) Array.Resize(ref _spans, capacity);
    }
}
