using System.Globalization;

namespace Millrace.Gateway.Citations;

/// <summary>How far a text is a citation marker.</summary>
public enum MarkerState
{
    /// <summary>It is none and cannot become one.</summary>
    None,

    /// <summary>It can become one with the text that follows.</summary>
    Partial,

    /// <summary>It is one, from the first to the last character.</summary>
    Complete,
}

/// <summary>
/// Citation markers: <c>[1]</c>, <c>[12]</c>, <c>[1, 3]</c>, with one blank before them or none. A context has at most 100 passages,
/// numbered from 1; what can be none of their numbers, such as <c>[0]</c> or <c>[2026]</c>, is text.
/// </summary>
public static class MarkerSyntax
{
    private const int LengthMax = 24;
    private const int NumberMax = 100;

    /// <summary>Reads a text as a marker.</summary>
    /// <param name="text">The text; not empty.</param>
    public static MarkerState Classify(ReadOnlySpan<char> text)
    {
        if (text.Length > LengthMax) return MarkerState.None;
        var at = text[0] == ' ' ? 1 : 0;
        if (at == text.Length) return MarkerState.Partial;
        return text[at] == '[' ? ClassifyNumbers(text[(at + 1)..]) : MarkerState.None;
    }

    /// <summary>The numbers of a complete marker, in order.</summary>
    public static IEnumerable<int> Numbers(string marker) => marker.Trim(' ', '[', ']').Split(',')
        .Select(number => int.Parse(number.Trim(), CultureInfo.InvariantCulture));

    private static MarkerState ClassifyNumbers(ReadOnlySpan<char> text)
    {
        var number = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == ']') return number > 0 && i == text.Length - 1 ? MarkerState.Complete : MarkerState.None;
            if (text[i] == ' ' && i > 0 && text[i - 1] == ',') continue;
            if (char.IsAsciiDigit(text[i]) && (i == 0 || text[i - 1] != ' ' || number == 0))
            {
                number = (number * 10) + text[i] - '0';
                if (number is 0 or > NumberMax) return MarkerState.None;
                continue;
            }

            if (text[i] != ',' || number == 0) return MarkerState.None;
            number = 0;
        }

        return MarkerState.Partial;
    }
}
