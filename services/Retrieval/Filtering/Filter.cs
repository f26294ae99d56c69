namespace Millrace.Retrieval.Filtering;

/// <summary>Which documents a search may find: the one grammar for every store. Values of different kinds are never equal, and a list in
/// the metadata matches when one of its values does.</summary>
internal abstract record Filter
{
    /// <summary>Most comparisons of a filter.</summary>
    public const int ComparisonsMax = 64;

    /// <summary>Deepest nesting.</summary>
    public const int DepthMax = 8;

    /// <summary>Most characters of a key.</summary>
    public const int KeyCharsMax = 256;

    /// <summary>Most values of a comparison.</summary>
    public const int ValuesMax = 256;

    /// <summary>Most characters of a text that is compared with.</summary>
    public const int TextCharsMax = 1024;

    private Filter()
    {
    }

    /// <summary>A comparison of one key.</summary>
    /// <param name="Key">Path in the metadata such as <c>author.name</c>, or one of <see cref="DocumentKeys"/>.</param>
    /// <param name="Operator">How.</param>
    /// <param name="Values">With what: one value; any number for In; none for Exists.</param>
    public sealed record Comparison(string Key, ComparisonOperator Operator, IReadOnlyList<FilterValue> Values) : Filter;

    /// <summary>All of them.</summary>
    public sealed record And(IReadOnlyList<Filter> Filters) : Filter;

    /// <summary>One of them at least.</summary>
    public sealed record Or(IReadOnlyList<Filter> Filters) : Filter;

    /// <summary>Not this one. With a missing key a comparison is false, and its negation true.</summary>
    public sealed record Not(Filter Negated) : Filter;
}

/// <summary>How a key is compared. NOT_EQUAL and NOT_IN of the contract are <see cref="Filter.Not"/> of these.</summary>
internal enum ComparisonOperator
{
    In,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,

    /// <summary>The key is there and not null; of a list, one of its values is.</summary>
    Exists,
}

/// <summary>A value that metadata is compared with: exactly one of the three.</summary>
internal readonly record struct FilterValue(string? Text, double? Number, bool? Boolean)
{
    public static FilterValue Of(string text) => new(text, null, null);

    public static FilterValue Of(double number) => new(null, number, null);

    public static FilterValue Of(bool boolean) => new(null, null, boolean);
}

/// <summary>Keys that name what the platform knows of a document, instead of what the application said.</summary>
internal static class DocumentKeys
{
    public const string DocumentId = "$document_id";
    public const string MediaType = "$media_type";
    public const string Title = "$title";
    public const string UpdatedAt = "$updated_at";

    public static readonly IReadOnlyList<string> All = [DocumentId, MediaType, Title, UpdatedAt];
}
