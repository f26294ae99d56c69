using System.Text.Json;

namespace Millrace.Gateway.Schemas;

/// <summary><c>allOf</c>.</summary>
/// <param name="nodes">Schemas that must all hold.</param>
internal sealed class AllRule(SchemaNode[] nodes) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        foreach (var node in nodes)
            if (node.Check(value, at, run) is { } wrong)
                return wrong;
        return null;
    }
}

/// <summary><c>anyOf</c>.</summary>
/// <param name="nodes">Schemas of which one must hold.</param>
internal sealed class AnyRule(SchemaNode[] nodes) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        Violation? deepest = null;
        foreach (var node in nodes)
        {
            if (node.Check(value, at, run) is not { } wrong) return null;
            if (deepest is null || wrong.At.Depth > deepest.At.Depth) deepest = wrong;
        }

        // The alternative that goes wrong deepest inside is the one that was meant, most likely.
        return deepest?.At.Depth > at.Depth ? deepest : at.Wrong("fits none of 'anyOf'");
    }
}

/// <summary><c>oneOf</c>.</summary>
/// <param name="nodes">Schemas of which exactly one must hold.</param>
internal sealed class OneRule(SchemaNode[] nodes) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        var fitting = nodes.Count(node => node.Fits(value, at, run));
        return fitting == 1 ? null : at.Wrong($"fits {fitting} of 'oneOf' and must fit one");
    }
}

/// <summary><c>not</c>.</summary>
/// <param name="node">The schema that must not hold.</param>
internal sealed class NotRule(SchemaNode node) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run) =>
        node.Fits(value, at, run) ? at.Wrong("is what 'not' forbids") : null;
}

/// <summary><c>if</c>, <c>then</c>, <c>else</c>.</summary>
/// <param name="condition">Decides.</param>
/// <param name="then">Holds where the condition does; null for nothing.</param>
/// <param name="otherwise">Holds where it does not; null for nothing.</param>
internal sealed class ConditionRule(SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run) =>
        (condition.Fits(value, at, run) ? then : otherwise)?.Check(value, at, run);
}

/// <summary><c>$ref</c>.</summary>
internal sealed class ReferenceRule : ISchemaRule
{
    /// <summary>What is referred to; null for what is in another document and need not be checked.</summary>
    public SchemaNode? Target { get; set; }

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run) => Target?.Check(value, at, run);
}
