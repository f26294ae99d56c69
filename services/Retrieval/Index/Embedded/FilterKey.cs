using System.Globalization;
using System.Text;
using Millrace.Retrieval.Filtering;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>A text that two filters share exactly when they are the same, so that what one found can be used for the other.</summary>
internal static class FilterKey
{
    /// <summary>The key of a filter.</summary>
    public static string Of(DocumentFilter filter)
    {
        var key = new StringBuilder();
        foreach (var label in filter.HeldLabels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)) Text(key, label);
        key.Append('|');
        if (filter.Filter is { } condition) Add(key, condition);
        return key.ToString();
    }

    private static void Add(StringBuilder key, Filter filter)
    {
        switch (filter)
        {
            case Filter.Comparison comparison:
                key.Append(CultureInfo.InvariantCulture, $"c{(int)comparison.Operator}(");
                Text(key, comparison.Key);
                foreach (var value in comparison.Values) Value(key, value);
                key.Append(')');
                break;
            case Filter.And and:
                Group(key, 'a', and.Filters);
                break;
            case Filter.Or or:
                Group(key, 'o', or.Filters);
                break;
            case Filter.Not not:
                Group(key, 'n', [not.Negated]);
                break;
            default:
                throw new InvalidOperationException($"A filter of type {filter.GetType().Name} is not known.");
        }
    }

    private static void Group(StringBuilder key, char kind, IEnumerable<Filter> filters)
    {
        key.Append(kind).Append('(');
        foreach (var filter in filters) Add(key, filter);
        key.Append(')');
    }

    // Lengths in front of texts, so that no text can look like the key's own marks.
    private static void Text(StringBuilder key, string text) => key.Append(CultureInfo.InvariantCulture, $"t{text.Length}:{text}");

    private static void Value(StringBuilder key, FilterValue value)
    {
        if (value.Text is { } text) Text(key, text);
        else if (value.Number is { } number) key.Append(CultureInfo.InvariantCulture, $"d{number:R};");
        else key.Append(value.Boolean == true ? "b1;" : "b0;");
    }
}
