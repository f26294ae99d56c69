using System.Globalization;

namespace Millrace.Retrieval.Filtering;

/// <summary>Points in time as RFC 3339 writes them, with a time zone: without one, no two readers agree.</summary>
internal static class Instants
{
    private const int FractionDigitsMax = 7;

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads a date-time such as <c>2026-03-01T12:00:00Z</c>. Digits beyond a tenth of a microsecond are cut off.</summary>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        return text is { Length: >= 20 }
            && (text[^1] is 'Z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParseExact(
                WithoutExcessDigits(text), Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out instant);
    }

    /// <summary>Writes an instant in universal time, with microseconds.</summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    // Nanoseconds are what some programs write by default.
    private static string WithoutExcessDigits(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0) return text;
        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        var kept = point + 1 + FractionDigitsMax;
        return end <= kept ? text : text.Remove(kept, end - kept);
    }
}
