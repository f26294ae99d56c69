using System.Text.Json;
using System.Text.RegularExpressions;

namespace Millrace.Gateway.Schemas;

/// <summary><c>properties</c>.</summary>
/// <param name="nodes">Schemas by name.</param>
internal sealed class PropertiesRule(Dictionary<string, SchemaNode> nodes) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        foreach (var property in value.EnumerateObject())
            if (nodes.TryGetValue(property.Name, out var node) && node.Check(property.Value, at.At(property.Name), run) is { } wrong)
                return wrong;
        return null;
    }
}

/// <summary><c>patternProperties</c>.</summary>
/// <param name="nodes">Schemas by patterns of names.</param>
internal sealed class PatternPropertiesRule((Regex Pattern, SchemaNode Node)[] nodes) : ISchemaRule
{
    public static PatternPropertiesRule Read(SchemaCompiler compiler, SchemaPlace place) => new(
        [.. place.Properties().Select(property => (compiler.Pattern(property.Name, property.Place), compiler.Node(property.Place)))]);

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        foreach (var property in value.EnumerateObject())
            foreach (var (pattern, node) in nodes)
                if (pattern.IsMatch(property.Name) && node.Check(property.Value, at.At(property.Name), run) is { } wrong)
                    return wrong;
        return null;
    }
}

/// <summary><c>additionalProperties</c>: what neither <c>properties</c> nor <c>patternProperties</c> name.</summary>
/// <param name="node">Schema of such properties.</param>
/// <param name="names">Names that <c>properties</c> has.</param>
/// <param name="patterns">Patterns that <c>patternProperties</c> has.</param>
internal sealed class AdditionalRule(SchemaNode node, HashSet<string> names, Regex[] patterns) : ISchemaRule
{
    public static AdditionalRule Read(SchemaCompiler compiler, SchemaPlace schema, SchemaPlace place)
    {
        var names = schema.Find("properties")?.Properties().Select(property => property.Name) ?? [];
        var patterns = schema.Find("patternProperties")?.Properties().Select(one => compiler.Pattern(one.Name, one.Place)) ?? [];
        return new AdditionalRule(compiler.Node(place), names.ToHashSet(StringComparer.Ordinal), [.. patterns]);
    }

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        foreach (var property in value.EnumerateObject())
            if (!names.Contains(property.Name) && !patterns.Any(pattern => pattern.IsMatch(property.Name))
                && node.Check(property.Value, at.At(property.Name), run) is { } wrong)
                return wrong;
        return null;
    }
}

/// <summary><c>propertyNames</c>.</summary>
/// <param name="node">Schema of the names.</param>
internal sealed class NamesRule(SchemaNode node) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        foreach (var property in value.EnumerateObject())
            if (!node.Fits(JsonSerializer.SerializeToElement(property.Name), at, run))
                return at.At(property.Name).Wrong("has a name that 'propertyNames' does not allow");
        return null;
    }
}

/// <summary><c>required</c>.</summary>
/// <param name="names">Names that must be there.</param>
internal sealed class RequiredRule(string[] names) : ISchemaRule
{
    public static RequiredRule Read(SchemaPlace place) => new([.. place.Items().Select(item => item.Text())]);

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        if (!run.Spend(names.Length)) return at.Wrong(SchemaNode.TooMuch);
        var missing = names.FirstOrDefault(name => !value.TryGetProperty(name, out _));
        return missing is null ? null : at.Wrong($"lacks the property '{missing}'");
    }
}

/// <summary><c>dependentRequired</c> and <c>dependentSchemas</c>: what holds where a property is there.</summary>
/// <param name="rules">Rules by the names of such properties.</param>
internal sealed class DependentRule(Dictionary<string, ISchemaRule> rules) : ISchemaRule
{
    public static DependentRule ReadNames(SchemaPlace place) => new(
        place.Properties().ToDictionary(one => one.Name, one => (ISchemaRule)RequiredRule.Read(one.Place), StringComparer.Ordinal));

    public static DependentRule ReadSchemas(SchemaCompiler compiler, SchemaNode owner, SchemaPlace place)
    {
        var nodes = compiler.NodeMap(place);
        foreach (var node in nodes.Values) owner.AddSameValue(node);
        return new DependentRule(nodes.ToDictionary(one => one.Key, one => (ISchemaRule)new AllRule([one.Value]), StringComparer.Ordinal));
    }

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        foreach (var (name, rule) in rules)
            if (value.TryGetProperty(name, out _) && rule.Check(value, at, run) is { } wrong)
                return wrong;
        return null;
    }
}
