namespace Qdrant.Client.Grpc;

public partial class Condition
{
    /// <summary>True of the points of which <paramref name="condition"/> is not.</summary>
    public static Condition operator !(Condition condition) => new() { Filter = new Filter { MustNot = { condition } } };

    public static Condition operator &(Condition left, Condition right) => new() { Filter = (Filter)left & right };

    public static Condition operator |(Condition left, Condition right) => new() { Filter = (Filter)left | right };
}

public partial class Filter
{
    public static implicit operator Filter(Condition condition) =>
        condition.ConditionOneOfCase == Condition.ConditionOneOfOneofCase.Filter ? condition.Filter : new Filter { Must = { condition } };

    public static Filter operator &(Filter left, Filter right) => left.Should.Count + right.Should.Count == 0
        ? new Filter { Must = { left.Must, right.Must }, MustNot = { left.MustNot, right.MustNot } }
        : new Filter { Must = { Conditions.Filter(left), Conditions.Filter(right) } };

    public static Filter operator |(Filter left, Filter right) =>
        new() { Should = { Conditions.Filter(left), Conditions.Filter(right) } };
}
