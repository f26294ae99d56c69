using Google.Protobuf.WellKnownTypes;
using Millrace.Retrieval.Filtering;
using Qdrant.Client.Grpc;
using Bounds = Qdrant.Client.Grpc.Range;
using DocumentCondition = Millrace.Retrieval.Filtering.Filter;
using PointFilter = Qdrant.Client.Grpc.Filter;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>What a search may find, in Qdrant's words. Exactly the documents that <see cref="DocumentFilter.Allows"/> allows pass, points
/// in time to the microsecond.</summary>
internal static class QdrantFilters
{
    /// <summary>The filter for a search.</summary>
    public static PointFilter Of(DocumentFilter filter)
    {
        var labels = filter.HeldLabels.Select(QdrantFields.Label).Prepend(QdrantFields.Public).ToList();
        var points = new PointFilter { Must = { Conditions.Match(QdrantFields.Labels, labels) } };
        if (filter.Filter is { } condition) points.Must.Add(Of(condition));
        return points;
    }

    /// <summary>The chunks of a document.</summary>
    public static PointFilter OfDocument(long document) => new() { Must = { Conditions.Match(QdrantFields.Document, document) } };

    private static Condition Of(DocumentCondition filter) => filter switch
    {
        DocumentCondition.And and => All(and.Filters.Select(Of)),
        DocumentCondition.Or or => Any([.. or.Filters.Select(Of)]),
        DocumentCondition.Not not => Conditions.Filter(new PointFilter { MustNot = { Of(not.Negated) } }),
        DocumentCondition.Comparison comparison => Of(comparison),
        _ => throw new InvalidOperationException($"A filter of type {filter.GetType().Name} is not known."),
    };

    private static Condition Of(DocumentCondition.Comparison comparison) => comparison.Operator switch
    {
        ComparisonOperator.Exists => Exists(comparison.Key),
        ComparisonOperator.In => In(comparison.Key, comparison.Values),
        _ => Ordered(comparison.Key, comparison.Operator, comparison.Values[0]),
    };

    private static Condition Exists(string key) =>
        QdrantFields.OwnField(key) is null ? Conditions.MatchKeyword(QdrantFields.Keys, key) : All([]);

    private static Condition In(string key, IReadOnlyList<FilterValue> values)
    {
        var path = QdrantFields.ValuesPath(key);
        List<Condition> conditions = [];
        var texts = values.Where(value => value.Text is not null).Select(value => value.Text!).ToList();
        if (texts.Count > 0) conditions.Add(Conditions.Match(path, texts));
        foreach (var value in values)
        {
            if (value.Number is { } number) conditions.Add(Conditions.Range(path, Between(ComparisonOperator.In, number)));
            if (value.Boolean is { } boolean) conditions.Add(Conditions.Match(path, boolean));
        }

        return Any(conditions);
    }

    private static Condition Ordered(string key, ComparisonOperator by, FilterValue value)
    {
        if (value.Number is { } number) return Conditions.Range(QdrantFields.ValuesPath(key), Between(by, number));
        if (!Instants.TryParse(value.Text, out var instant)) return Any([]);
        var field = new FieldCondition { Key = QdrantFields.InstantsPath(key), DatetimeRange = Between(by, instant) };
        return new Condition { Field = field };
    }

    private static Bounds Between(ComparisonOperator by, double number)
    {
        var finite = QdrantPayload.Finite(number);
        return by switch
        {
            ComparisonOperator.Less => new Bounds { Lt = finite },
            ComparisonOperator.LessOrEqual => new Bounds { Lte = finite },
            ComparisonOperator.Greater => new Bounds { Gt = finite },
            ComparisonOperator.GreaterOrEqual => new Bounds { Gte = finite },
            _ => new Bounds { Gte = finite, Lte = finite },
        };
    }

    private static DatetimeRange Between(ComparisonOperator by, DateTimeOffset instant)
    {
        var time = Timestamp.FromDateTimeOffset(instant);
        return by switch
        {
            ComparisonOperator.Less => new DatetimeRange { Lt = time },
            ComparisonOperator.LessOrEqual => new DatetimeRange { Lte = time },
            ComparisonOperator.Greater => new DatetimeRange { Gt = time },
            _ => new DatetimeRange { Gte = time },
        };
    }

    private static Condition All(IEnumerable<Condition> conditions) => Conditions.Filter(new PointFilter { Must = { conditions } });

    // An empty list of alternatives would bind nothing: none of them holds, and no point has none of the ids.
    private static Condition Any(List<Condition> conditions) => conditions.Count switch
    {
        0 => Conditions.HasId(Array.Empty<ulong>()),
        1 => conditions[0],
        _ => Conditions.Filter(new PointFilter { Should = { conditions } }),
    };
}
