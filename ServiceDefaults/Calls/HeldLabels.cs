namespace Millrace.ServiceDefaults.Calls;

/// <summary>
/// The access labels that a caller holds, as a header: percent-encoded, each followed by a comma, so that "none" is a comma and no header
/// at all says that nothing bounds the caller.
/// </summary>
public static class HeldLabels
{
    private const int CharsMax = 64 * 1024;

    /// <summary>The value of the header.</summary>
    public static string Write(IReadOnlyList<string> labels) =>
        labels.Count == 0 ? "," : string.Concat(labels.Select(label => Uri.EscapeDataString(label) + ","));

    /// <summary>The labels in a header; null without one.</summary>
    public static IReadOnlyList<string>? Read(string? value)
    {
        if (string.IsNullOrEmpty(value)) return null;
        return value.Length > CharsMax
            ? []
            : [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
    }

    /// <summary>
    /// The labels that a request goes by: a caller with a bound has all of them unless it names some, and what it names beyond them
    /// counts for nothing.
    /// </summary>
    /// <param name="asked">The labels that the request names.</param>
    /// <param name="bound">The labels that the caller holds; null when nothing bounds it.</param>
    public static IReadOnlyList<string> Within(this IReadOnlyList<string> asked, IReadOnlyList<string>? bound)
    {
        if (bound is null) return asked;
        return asked.Count == 0 ? bound : [.. asked.Intersect(bound, StringComparer.Ordinal)];
    }
}
