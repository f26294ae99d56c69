using System.Globalization;
using System.Text.Json;

namespace Millrace.Retrieval.Filtering;

/// <summary>What a search may find: documents that pass a filter and whose labels the caller holds one of.</summary>
/// <param name="Filter">The filter; null for every document.</param>
/// <param name="HeldLabels">Labels that the caller holds.</param>
internal sealed record DocumentFilter(Filter? Filter, IReadOnlyList<string> HeldLabels)
{
    /// <summary>Whether a search may find the document.</summary>
    public bool Allows(DocumentAttributes document) => HoldsLabel(document) && (Filter is null || Matches(Filter, document));

    private bool HoldsLabel(DocumentAttributes document) =>
        document.AccessLabels.Count == 0 || document.AccessLabels.Any(label => HeldLabels.Contains(label, StringComparer.Ordinal));

    private static bool Matches(Filter filter, DocumentAttributes document) => filter switch
    {
        Filter.And and => and.Filters.All(part => Matches(part, document)),
        Filter.Or or => or.Filters.Any(part => Matches(part, document)),
        Filter.Not not => !Matches(not.Negated, document),
        Filter.Comparison comparison => MetadataValues.Of(document, comparison.Key).Any(value => Compare(value, comparison)),
        _ => throw new InvalidOperationException($"A filter of type {filter.GetType().Name} is not known."),
    };

    private static bool Compare(FilterValue value, Filter.Comparison comparison) => comparison.Operator switch
    {
        ComparisonOperator.Exists => true,
        ComparisonOperator.In => comparison.Values.Contains(value),
        _ => Order(value, comparison.Values[0]) is { } order && comparison.Operator switch
        {
            ComparisonOperator.Less => order < 0,
            ComparisonOperator.LessOrEqual => order <= 0,
            ComparisonOperator.Greater => order > 0,
            ComparisonOperator.GreaterOrEqual => order >= 0,
            _ => false,
        },
    };

    // Numbers with numbers, instants with instants; nothing else has an order.
    private static int? Order(FilterValue value, FilterValue other)
    {
        if (value.Number is { } number && other.Number is { } otherNumber) return number.CompareTo(otherNumber);
        return Instants.TryParse(value.Text, out var instant) && Instants.TryParse(other.Text, out var otherInstant)
            ? instant.CompareTo(otherInstant)
            : null;
    }
}

/// <summary>Reads the values of a key.</summary>
internal static class MetadataValues
{
    /// <summary>The values of a key: none where it is missing or null, several where it is a list.</summary>
    public static IEnumerable<FilterValue> Of(DocumentAttributes document, string key) => key switch
    {
        DocumentKeys.DocumentId => [FilterValue.Of(document.DocumentId)],
        DocumentKeys.MediaType => [FilterValue.Of(document.MediaType)],
        DocumentKeys.Title => [FilterValue.Of(document.Title)],
        DocumentKeys.UpdatedAt => [FilterValue.Of(Instants.Format(document.UpdatedAt))],
        _ => Find(document.Metadata, key) is { } found ? Values(found) : [],
    };

    // A dot leads into an object. Objects within lists are not looked into: no store could say which of them matched.
    private static JsonElement? Find(JsonElement metadata, string path)
    {
        var current = metadata;
        foreach (var segment in path.Split('.'))
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(segment, out current)) return null;
        return current;
    }

    private static IEnumerable<FilterValue> Values(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().SelectMany(Scalar)
        : Scalar(element);

    private static IEnumerable<FilterValue> Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [FilterValue.Of(element.GetString()!)],
        JsonValueKind.Number => [FilterValue.Of(element.GetDouble())],
        JsonValueKind.True or JsonValueKind.False => [FilterValue.Of(element.GetBoolean())],
        _ => [],
    };
}

/// <summary>Points in time as RFC 3339 writes them, with a time zone: without one, no two readers agree.</summary>
internal static class Instants
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads a date-time such as <c>2026-03-01T12:00:00Z</c>.</summary>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        return text is { Length: >= 20 }
            && (text[^1] is 'Z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out instant);
    }

    /// <summary>Writes an instant in universal time, with microseconds.</summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
