using System.Collections.Frozen;

namespace Millrace.Gateway.Schemas;

/// <summary>Adds the rule of a keyword.</summary>
/// <param name="compiler">What makes nodes.</param>
/// <param name="node">Takes the rule.</param>
/// <param name="schema">The schema that has the keyword.</param>
/// <param name="keyword">The keyword's value.</param>
internal delegate void AddRule(SchemaCompiler compiler, SchemaNode node, SchemaPlace schema, SchemaPlace keyword);

/// <summary>The keywords of JSON Schema that ask for something. All others are notes.</summary>
internal static class SchemaKeywords
{
    private static readonly FrozenDictionary<string, AddRule> All = new Dictionary<string, AddRule>
    {
        ["type"] = (_, node, _, at) => node.Add(TypeRule.Read(at)),
        ["enum"] = (compiler, node, _, at) => node.Add(EnumRule.Read(compiler, at)),
        ["const"] = (_, node, _, at) => node.Add(new ConstRule(at.Value)),
        ["minimum"] = (_, node, _, at) => node.Add(NumberRule.Minimum(at)),
        ["exclusiveMinimum"] = (_, node, _, at) => node.Add(NumberRule.ExclusiveMinimum(at)),
        ["maximum"] = (_, node, _, at) => node.Add(NumberRule.Maximum(at)),
        ["exclusiveMaximum"] = (_, node, _, at) => node.Add(NumberRule.ExclusiveMaximum(at)),
        ["multipleOf"] = (_, node, _, at) => node.Add(NumberRule.MultipleOf(at)),
        ["minLength"] = (_, node, _, at) => node.Add(CountRule.Characters(at, isMost: false)),
        ["maxLength"] = (_, node, _, at) => node.Add(CountRule.Characters(at, isMost: true)),
        ["pattern"] = (compiler, node, _, at) => node.Add(new PatternRule(compiler.Pattern(at.Text(), at))),
        ["minItems"] = (_, node, _, at) => node.Add(CountRule.Items(at, isMost: false)),
        ["maxItems"] = (_, node, _, at) => node.Add(CountRule.Items(at, isMost: true)),
        ["uniqueItems"] = (_, node, _, at) => AddIf(at.Flag(), node, new UniqueRule()),
        ["prefixItems"] = (compiler, node, _, at) => node.Add(new PrefixRule(compiler.NodeList(at))),
        ["items"] = AddItems,
        ["contains"] = (compiler, node, schema, at) => node.Add(ContainsRule.Read(compiler.Node(at), schema)),
        ["minContains"] = (_, _, _, at) => at.Count(),
        ["maxContains"] = (_, _, _, at) => at.Count(),
        ["properties"] = (compiler, node, _, at) => node.Add(new PropertiesRule(compiler.NodeMap(at))),
        ["patternProperties"] = (compiler, node, _, at) => node.Add(PatternPropertiesRule.Read(compiler, at)),
        ["additionalProperties"] = (compiler, node, schema, at) => node.Add(AdditionalRule.Read(compiler, schema, at)),
        ["propertyNames"] = (compiler, node, _, at) => node.Add(new NamesRule(compiler.Node(at))),
        ["required"] = (_, node, _, at) => node.Add(RequiredRule.Read(at)),
        ["minProperties"] = (_, node, _, at) => node.Add(CountRule.Properties(at, isMost: false)),
        ["maxProperties"] = (_, node, _, at) => node.Add(CountRule.Properties(at, isMost: true)),
        ["dependentRequired"] = (_, node, _, at) => node.Add(DependentRule.ReadNames(at)),
        ["dependentSchemas"] = (compiler, node, _, at) => node.Add(DependentRule.ReadSchemas(compiler, node, at)),
        ["allOf"] = (compiler, node, _, at) => node.Add(new AllRule(Same(node, compiler.NodeList(at)))),
        ["anyOf"] = (compiler, node, _, at) => node.Add(new AnyRule(Same(node, compiler.NodeList(at)))),
        ["oneOf"] = (compiler, node, _, at) => node.Add(new OneRule(Same(node, compiler.NodeList(at)))),
        ["not"] = (compiler, node, _, at) => node.Add(new NotRule(Same(node, compiler.Node(at))[0])),
        ["if"] = AddCondition,
        ["then"] = (compiler, _, _, at) => compiler.Node(at),
        ["else"] = (compiler, _, _, at) => compiler.Node(at),
        ["$ref"] = (compiler, node, _, at) => compiler.Refer(node, at),
        ["$anchor"] = (compiler, node, _, at) => compiler.Name(node, at),
        ["$dynamicAnchor"] = (compiler, node, _, at) => compiler.Name(node, at),
        ["$defs"] = (compiler, _, _, at) => compiler.NodeMap(at),
        ["definitions"] = (compiler, _, _, at) => compiler.NodeMap(at),
        ["$id"] = RefuseInnerId,
        ["$dynamicRef"] = (compiler, _, _, at) => compiler.Unchecked(at, "is not supported. Use '$ref'"),
        ["$recursiveRef"] = (compiler, _, _, at) => compiler.Unchecked(at, "is not supported. Use '$ref'"),
        ["additionalItems"] = (compiler, _, _, at) => compiler.Unchecked(at, "is of an older draft. Use 'prefixItems' and 'items'"),
        ["dependencies"] = (compiler, _, _, at) =>
            compiler.Unchecked(at, "is of an older draft. Use 'dependentRequired' or 'dependentSchemas'"),
        ["unevaluatedItems"] = (compiler, _, _, at) => compiler.Unchecked(at, "is not supported. Use 'items'"),
        ["unevaluatedProperties"] = (compiler, _, _, at) => compiler.Unchecked(at, "is not supported. Use 'additionalProperties'"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What adds the rule of a keyword; null for what is none.</summary>
    public static AddRule? Find(string keyword) => All.GetValueOrDefault(keyword);

    private static void AddIf(bool isAsked, SchemaNode node, ISchemaRule rule)
    {
        if (isAsked) node.Add(rule);
    }

    private static void AddItems(SchemaCompiler compiler, SchemaNode node, SchemaPlace schema, SchemaPlace keyword)
    {
        if (keyword.Value.ValueKind == System.Text.Json.JsonValueKind.Array)
            compiler.Unchecked(keyword, "is a list, as in an older draft. Use 'prefixItems'");
        else node.Add(new ItemsRule(compiler.Node(keyword), schema.Find("prefixItems")?.Items().Count() ?? 0));
    }

    private static void AddCondition(SchemaCompiler compiler, SchemaNode node, SchemaPlace schema, SchemaPlace keyword)
    {
        var condition = Same(node, compiler.Node(keyword))[0];
        var then = schema.Find("then") is { } good ? Same(node, compiler.Node(good))[0] : null;
        var otherwise = schema.Find("else") is { } bad ? Same(node, compiler.Node(bad))[0] : null;
        node.Add(new ConditionRule(condition, then, otherwise));
    }

    private static void RefuseInnerId(SchemaCompiler compiler, SchemaNode node, SchemaPlace schema, SchemaPlace keyword)
    {
        keyword.Text();
        if (schema.Pointer.Length > 0) compiler.Unchecked(keyword, "is supported for the whole schema only. Use '$anchor' or '$defs'");
    }

    private static SchemaNode[] Same(SchemaNode owner, params SchemaNode[] nodes)
    {
        foreach (var node in nodes) owner.AddSameValue(node);
        return nodes;
    }
}
