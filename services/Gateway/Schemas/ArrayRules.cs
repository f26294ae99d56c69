using System.Text.Json;

namespace Millrace.Gateway.Schemas;

/// <summary><c>prefixItems</c>.</summary>
/// <param name="nodes">Schemas of the first items.</param>
internal sealed class PrefixRule(SchemaNode[] nodes) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Array) return null;
        var index = 0;
        foreach (var item in value.EnumerateArray().Take(nodes.Length))
        {
            if (nodes[index].Check(item, at.At(index), run) is { } wrong) return wrong;
            index++;
        }

        return null;
    }
}

/// <summary><c>items</c>.</summary>
/// <param name="node">Schema of the items.</param>
/// <param name="skipped">How many items at the beginning have schemas of their own.</param>
internal sealed class ItemsRule(SchemaNode node, int skipped) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Array) return null;
        var index = skipped;
        foreach (var item in value.EnumerateArray().Skip(skipped))
            if (node.Check(item, at.At(index++), run) is { } wrong)
                return wrong;
        return null;
    }
}

/// <summary><c>contains</c> with <c>minContains</c> and <c>maxContains</c>.</summary>
/// <param name="node">Schema of the items that count.</param>
/// <param name="min">How many there must be at least.</param>
/// <param name="max">How many there may be at most.</param>
internal sealed class ContainsRule(SchemaNode node, int min, int max) : ISchemaRule
{
    public static ContainsRule Read(SchemaNode node, SchemaPlace schema) =>
        new(node, schema.Find("minContains")?.Count() ?? 1, schema.Find("maxContains")?.Count() ?? int.MaxValue);

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Array) return null;
        var found = value.EnumerateArray().Count(item => node.Fits(item, at, run));
        if (found < min) return at.Wrong($"has {found} items that 'contains' asks for and must have at least {min}");
        return found > max ? at.Wrong($"has {found} items that 'contains' asks for and must have at most {max}") : null;
    }
}

/// <summary><c>uniqueItems</c>.</summary>
internal sealed class UniqueRule : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Array) return null;
        var texts = new HashSet<string>(StringComparer.Ordinal);
        List<JsonElement> others = [];
        foreach (var (index, item) in value.EnumerateArray().Index())
        {
            if (!run.Spend(others.Count)) return at.Wrong(SchemaNode.TooMuch);
            var isNew = item.ValueKind == JsonValueKind.String
                ? texts.Add(item.GetString() ?? string.Empty)
                : !others.Any(other => JsonElement.DeepEquals(other, item));
            if (!isNew) return at.At(index).Wrong("is there twice");
            if (item.ValueKind != JsonValueKind.String) others.Add(item);
        }

        return null;
    }
}
