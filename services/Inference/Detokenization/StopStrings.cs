using System.Text;

namespace Millrace.Inference.Detokenization;

/// <summary>
/// Finds stop strings in text that arrives in pieces, and holds back no more of it than could still become one. The result does not
/// depend on how the text was cut: the stop string that is complete first wins, and of several that end together the longest.
/// </summary>
internal sealed class StopStrings
{
    private readonly string[] _stops;
    private readonly int _longest;
    private readonly StringBuilder _held = new();

    /// <summary>Creates a matcher.</summary>
    /// <param name="stops">The stop strings; none is empty.</param>
    public StopStrings(IEnumerable<string> stops)
    {
        _stops = [.. stops.OrderByDescending(stop => stop.Length)];
        _longest = _stops.Length == 0 ? 0 : _stops[0].Length;
    }

    /// <summary>The stop string that was met; null so far.</summary>
    public string? Met { get; private set; }

    /// <summary>Adds text.</summary>
    /// <returns>Text that is certain now: it comes before any stop string, complete or begun.</returns>
    public string Add(ReadOnlySpan<char> text)
    {
        if (_longest == 0) return text.ToString();
        foreach (var character in text)
        {
            _held.Append(character);
            Met = Array.Find(_stops, HeldEndsWith);
            if (Met is not null) return Release(_held.Length - Met.Length);
        }

        return Release(_held.Length - BegunLength());
    }

    /// <summary>The text that was held back: there is no more to come.</summary>
    public string Finish() => Met is null ? Release(_held.Length) : "";

    private string Release(int count)
    {
        if (count == 0) return "";
        var text = _held.ToString(0, count);
        _held.Remove(0, count);
        return text;
    }

    /// <summary>Length of the longest end of the held text that begins a stop string.</summary>
    private int BegunLength()
    {
        for (var length = Math.Min(_held.Length, _longest - 1); length > 0; length--)
            if (Array.Exists(_stops, stop => stop.Length > length && HeldEndsWith(stop.AsSpan(0, length))))
                return length;
        return 0;
    }

    private bool HeldEndsWith(string text) => HeldEndsWith(text.AsSpan());

    private bool HeldEndsWith(ReadOnlySpan<char> text)
    {
        if (text.Length > _held.Length) return false;
        var start = _held.Length - text.Length;
        for (var i = text.Length - 1; i >= 0; i--)
            if (_held[start + i] != text[i])
                return false;
        return true;
    }
}
