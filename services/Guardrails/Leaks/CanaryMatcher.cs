namespace Millrace.Guardrails.Leaks;

/// <summary>
/// Finds a canary whatever the case of its letters and whatever stands between them, up to a few characters. Linear (Knuth, Morris and
/// Pratt): what is read again after a failure is known from the canary alone.
/// </summary>
internal sealed class CanaryMatcher
{
    /// <summary>Most letters and digits of a canary; further ones are not compared.</summary>
    public const int LettersMax = 64;

    /// <summary>Most characters between two of them.</summary>
    public const int GapMax = 8;

    // A shorter one occurs by chance.
    private const int LettersMin = 8;

    private readonly char[] _letters;
    private readonly int[] _fallbacks;
    private readonly long[] _starts;
    private int _matched;
    private int _gap;
    private long _read;

    /// <summary>Prepares a matcher for one text.</summary>
    public CanaryMatcher(string canary)
    {
        _letters = [.. canary.Where(char.IsLetterOrDigit).Take(LettersMax).Select(char.ToLowerInvariant)];
        if (_letters.Length < LettersMin) _letters = [];
        _fallbacks = new int[_letters.Length];
        for (var i = 1; i < _letters.Length; i++) _fallbacks[i] = Extend(_fallbacks[i - 1], _letters[i]);
        _starts = new long[LettersMax];
    }

    /// <summary>Offset at which what may become the canary starts; -1 when nothing may.</summary>
    public long Unfinished => _matched > 0 ? _starts[(_read - _matched) % LettersMax] : -1;

    /// <summary>Reads a character.</summary>
    /// <returns>The offset at which the canary starts that ends with it; -1 when none does.</returns>
    public long Push(char c, long at)
    {
        if (_letters.Length == 0) return -1;
        if (!char.IsLetterOrDigit(c))
        {
            if (++_gap > GapMax) _matched = 0;
            return -1;
        }

        _gap = 0;
        _starts[_read++ % LettersMax] = at;
        _matched = Extend(_matched, char.ToLowerInvariant(c));
        if (_matched < _letters.Length) return -1;

        var start = Unfinished;
        _matched = 0;
        return start;
    }

    private int Extend(int matched, char c)
    {
        while (matched > 0 && _letters[matched] != c) matched = _fallbacks[matched - 1];
        return _letters[matched] == c ? matched + 1 : 0;
    }
}
