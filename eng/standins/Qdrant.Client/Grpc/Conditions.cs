namespace Qdrant.Client.Grpc;

/// <summary>Makes the conditions of a filter; <c>&amp;</c>, <c>|</c> and <c>!</c> combine them.</summary>
public static class Conditions
{
    public static Condition HasId(ulong id) => HasAnyId([id]);

    public static Condition HasId(Guid id) => HasAnyId([id]);

    public static Condition HasId(IReadOnlyList<ulong> ids) => HasAnyId(ids.Select(id => (PointId)id));

    public static Condition HasId(IReadOnlyList<Guid> ids) => HasAnyId(ids.Select(id => (PointId)id));

    /// <summary>The field is missing, null or an empty array.</summary>
    public static Condition IsEmpty(string field) => new() { IsEmpty = new IsEmptyCondition { Key = field } };

    public static Condition IsNull(string field) => new() { IsNull = new IsNullCondition { Key = field } };

    public static Condition MatchKeyword(string field, string keyword) => Matches(field, new Match { Keyword = keyword });

    /// <summary>The field has all words of <paramref name="text"/>.</summary>
    public static Condition MatchText(string field, string text) => Matches(field, new Match { Text = text });

    public static Condition Match(string field, bool value) => Matches(field, new Match { Boolean = value });

    public static Condition Match(string field, long value) => Matches(field, new Match { Integer = value });

    /// <summary>The field is one of <paramref name="keywords"/>.</summary>
    public static Condition Match(string field, IReadOnlyList<string> keywords) =>
        Matches(field, new Match { Keywords = new RepeatedStrings { Strings = { keywords } } });

    /// <summary>The field is one of <paramref name="values"/>.</summary>
    public static Condition Match(string field, IReadOnlyList<long> values) =>
        Matches(field, new Match { Integers = new RepeatedIntegers { Integers = { values } } });

    public static Condition MatchExcept(string field, IReadOnlyList<string> keywords) =>
        Matches(field, new Match { ExceptKeywords = new RepeatedStrings { Strings = { keywords } } });

    public static Condition MatchExcept(string field, IReadOnlyList<long> values) =>
        Matches(field, new Match { ExceptIntegers = new RepeatedIntegers { Integers = { values } } });

    public static Condition Range(string field, Range range) =>
        new() { Field = new FieldCondition { Key = field, Range = range } };

    /// <summary>A whole filter as a condition.</summary>
    public static Condition Filter(Filter filter) => new() { Filter = filter };

    private static Condition HasAnyId(IEnumerable<PointId> ids) => new() { HasId = new HasIdCondition { HasId = { ids } } };

    private static Condition Matches(string field, Match match) =>
        new() { Field = new FieldCondition { Key = field, Match = match } };
}
