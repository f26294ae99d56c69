using Google.Protobuf.Collections;
using Qdrant.Client.Grpc;
using Bounds = Qdrant.Client.Grpc.Range;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>Which points a filter chooses.</summary>
internal static class FakeFilters
{
    public static bool Pass(Filter? filter, PointStruct point) => filter is null
        || (filter.Must.All(condition => Holds(condition, point))
            && !filter.MustNot.Any(condition => Holds(condition, point))
            && (filter.Should.Count == 0 || filter.Should.Any(condition => Holds(condition, point))));

    private static bool Holds(Condition condition, PointStruct point) => condition.ConditionOneOfCase switch
    {
        Condition.ConditionOneOfOneofCase.HasId => condition.HasId.HasId.Contains(point.Id),
        Condition.ConditionOneOfOneofCase.Filter => Pass(condition.Filter, point),
        Condition.ConditionOneOfOneofCase.IsNull => point.Payload.TryGetValue(condition.IsNull.Key, out var value) && IsNull(value),
        Condition.ConditionOneOfOneofCase.IsEmpty => ValuesOf(point, condition.IsEmpty.Key).All(IsNull),
        Condition.ConditionOneOfOneofCase.Field => ValuesOf(point, condition.Field.Key).Any(value => Passes(condition.Field, value)),
        _ => throw new NotSupportedException(condition.ConditionOneOfCase.ToString()),
    };

    private static bool Passes(FieldCondition field, Value value) =>
        field.Range is { } range ? IsWithin(range, value) : Matches(field.Match, value);

    private static bool Matches(Match match, Value value) => match.MatchValueCase switch
    {
        Match.MatchValueOneofCase.Keyword => value.StringValue == match.Keyword,
        Match.MatchValueOneofCase.Keywords => match.Keywords.Strings.Contains(value.StringValue),
        Match.MatchValueOneofCase.ExceptKeywords => !match.ExceptKeywords.Strings.Contains(value.StringValue),
        Match.MatchValueOneofCase.Text => value.StringValue.Contains(match.Text, StringComparison.OrdinalIgnoreCase),
        Match.MatchValueOneofCase.Boolean => value.KindCase == Value.KindOneofCase.BoolValue && value.BoolValue == match.Boolean,
        Match.MatchValueOneofCase.Integer => IsInteger(value) && value.IntegerValue == match.Integer,
        Match.MatchValueOneofCase.Integers => IsInteger(value) && match.Integers.Integers.Contains(value.IntegerValue),
        Match.MatchValueOneofCase.ExceptIntegers => !match.ExceptIntegers.Integers.Contains(value.IntegerValue),
        _ => throw new NotSupportedException(match.MatchValueCase.ToString()),
    };

    private static bool IsWithin(Bounds range, Value value)
    {
        var number = IsInteger(value) ? value.IntegerValue : value.DoubleValue;
        return (!range.HasLt || number < range.Lt) && (!range.HasLte || number <= range.Lte)
            && (!range.HasGt || number > range.Gt) && (!range.HasGte || number >= range.Gte);
    }

    private static RepeatedField<Value> ValuesOf(PointStruct point, string field)
    {
        if (!point.Payload.TryGetValue(field, out var value)) return [];
        return value.KindCase == Value.KindOneofCase.ListValue ? value.ListValue.Values : [value];
    }

    private static bool IsInteger(Value value) => value.KindCase == Value.KindOneofCase.IntegerValue;

    private static bool IsNull(Value value) => value.KindCase == Value.KindOneofCase.NullValue;
}
