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
        Filter.Comparison { Operator: ComparisonOperator.Exists } exists => MetadataValues.Exists(document, exists.Key),
        Filter.Comparison comparison => MetadataValues.Of(document, comparison.Key).Any(value => Compare(value, comparison)),
        _ => throw new InvalidOperationException($"A filter of type {filter.GetType().Name} is not known."),
    };

    private static bool Compare(FilterValue value, Filter.Comparison comparison) => comparison.Operator switch
    {
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

