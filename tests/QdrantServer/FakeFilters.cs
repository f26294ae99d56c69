using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Qdrant.Client.Grpc;
using Bounds = Qdrant.Client.Grpc.Range;
using Value = Qdrant.Client.Grpc.Value;

namespace Millrace.QdrantServer;

/// <summary>Which points a filter chooses, by Qdrant's documented rules.</summary>
internal static class FakeFilters
{
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd",
    ];

    public static bool Pass(Filter? filter, PointStruct point) => filter is null
        || (filter.Must.All(condition => Holds(condition, point))
            && !filter.MustNot.Any(condition => Holds(condition, point))
            && (filter.Should.Count == 0 || filter.Should.Any(condition => Holds(condition, point))));

    private static bool Holds(Condition condition, PointStruct point) => condition.ConditionOneOfCase switch
    {
        Condition.ConditionOneOfOneofCase.HasId => condition.HasId.HasId.Contains(point.Id),
        Condition.ConditionOneOfOneofCase.Filter => Pass(condition.Filter, point),
        Condition.ConditionOneOfOneofCase.IsNull => FakePaths.Find(point, condition.IsNull.Key).Any(IsNull),
        Condition.ConditionOneOfOneofCase.IsEmpty => FakePaths.ValuesOf(point, condition.IsEmpty.Key).All(IsNull),
        Condition.ConditionOneOfOneofCase.Field =>
            FakePaths.ValuesOf(point, condition.Field.Key).Any(value => Passes(condition.Field, value)),
        _ => throw new NotSupportedException(condition.ConditionOneOfCase.ToString()),
    };

    private static bool Passes(FieldCondition field, Value value)
    {
        if (field.Range is { } range) return IsWithin(range, value);
        return field.DatetimeRange is { } times ? IsWithin(times, value) : Matches(field.Match, value);
    }

    private static bool Matches(Match match, Value value) => match.MatchValueCase switch
    {
        Match.MatchValueOneofCase.Keyword => IsText(value) && value.StringValue == match.Keyword,
        Match.MatchValueOneofCase.Keywords => IsText(value) && match.Keywords.Strings.Contains(value.StringValue),
        Match.MatchValueOneofCase.ExceptKeywords => !(IsText(value) && match.ExceptKeywords.Strings.Contains(value.StringValue)),
        Match.MatchValueOneofCase.Text => value.StringValue.Contains(match.Text, StringComparison.OrdinalIgnoreCase),
        Match.MatchValueOneofCase.Boolean => value.KindCase == Value.KindOneofCase.BoolValue && value.BoolValue == match.Boolean,
        Match.MatchValueOneofCase.Integer => IsInteger(value) && value.IntegerValue == match.Integer,
        Match.MatchValueOneofCase.Integers => IsInteger(value) && match.Integers.Integers.Contains(value.IntegerValue),
        Match.MatchValueOneofCase.ExceptIntegers => !(IsInteger(value) && match.ExceptIntegers.Integers.Contains(value.IntegerValue)),
        _ => throw new NotSupportedException(match.MatchValueCase.ToString()),
    };

    private static bool IsWithin(Bounds range, Value value)
    {
        if (!IsInteger(value) && value.KindCase != Value.KindOneofCase.DoubleValue) return false;
        var number = IsInteger(value) ? value.IntegerValue : value.DoubleValue;
        return (!range.HasLt || number < range.Lt) && (!range.HasLte || number <= range.Lte)
            && (!range.HasGt || number > range.Gt) && (!range.HasGte || number >= range.Gte);
    }

    // A text that is a date or a date-time; without a zone it is in universal time. Finer than a microsecond is cut off.
    private static bool IsWithin(DatetimeRange range, Value value)
    {
        if (!IsText(value) || !TryReadTime(value.StringValue, out var time)) return false;
        var micros = Micros(time);
        return (range.Lt is null || micros < Micros(range.Lt)) && (range.Lte is null || micros <= Micros(range.Lte))
            && (range.Gt is null || micros > Micros(range.Gt)) && (range.Gte is null || micros >= Micros(range.Gte));
    }

    private static bool TryReadTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private static long Micros(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMicrosecond;

    private static long Micros(Timestamp time) => Micros(time.ToDateTimeOffset());

    private static bool IsText(Value value) => value.KindCase == Value.KindOneofCase.StringValue;

    private static bool IsInteger(Value value) => value.KindCase == Value.KindOneofCase.IntegerValue;

    private static bool IsNull(Value value) => value.KindCase == Value.KindOneofCase.NullValue;
}
