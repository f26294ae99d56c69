using System.Text.Json;
using System.Text.RegularExpressions;

namespace Millrace.Gateway.Schemas;

/// <summary>
/// Makes nodes of a schema. What it refers to is made by and by, so that no chain of references is too long for the stack.
/// </summary>
internal sealed class SchemaCompiler
{
    private static readonly Regex Anything = new(string.Empty, RegexOptions.NonBacktracking);

    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaNode> _anchors = new(StringComparer.Ordinal);
    private readonly Queue<(SchemaPlace Place, ReferenceRule Rule, SchemaNode Owner)> _references = new();
    private readonly SchemaPlace _root;
    private readonly bool _isChecked;
    private readonly Dictionary<string, Regex> _patterns = new(StringComparer.Ordinal);
    private int _enumValues;

    private SchemaCompiler(SchemaPlace root, bool isChecked) => (_root, _isChecked) = (root, isChecked);

    /// <summary>Makes nodes of a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isChecked">Whether a keyword that cannot be checked is refused.</param>
    /// <exception cref="SchemaException">The schema is wrong, too large, or asks for what is not checked.</exception>
    public static SchemaNode Compile(JsonElement schema, bool isChecked)
    {
        var compiler = new SchemaCompiler(new SchemaPlace(schema, string.Empty), isChecked);
        var root = compiler.Node(compiler._root);
        compiler.Resolve();
        SchemaCycles.Refuse(compiler._nodes.Values);
        return root;
    }

    /// <summary>The node of a schema at a place.</summary>
    public SchemaNode Node(SchemaPlace place)
    {
        if (_nodes.TryGetValue(place.Pointer, out var known)) return known;
        if (_nodes.Count == SchemaLimits.SubschemasMax)
            throw place.Wrong($"is one schema too many: there may be {SchemaLimits.SubschemasMax}");
        var node = new SchemaNode(place.Pointer);
        _nodes[place.Pointer] = node;
        if (place.Value.ValueKind == JsonValueKind.False) node.Add(new NothingRule());
        else if (place.Value.ValueKind != JsonValueKind.True) AddRules(node, place);
        return node;
    }

    /// <summary>The nodes of an array of schemas, of which there must be one.</summary>
    public SchemaNode[] NodeList(SchemaPlace place)
    {
        var nodes = place.Items().Select(Node).ToArray();
        return nodes.Length > 0 ? nodes : throw place.Wrong("must have at least one schema");
    }

    /// <summary>Nodes by name.</summary>
    public Dictionary<string, SchemaNode> NodeMap(SchemaPlace place) =>
        place.Properties().ToDictionary(property => property.Name, property => Node(property.Place), StringComparer.Ordinal);

    /// <summary>Refers a node to another one, which is looked for later.</summary>
    public void Refer(SchemaNode owner, SchemaPlace reference)
    {
        reference.Text();
        var rule = new ReferenceRule();
        owner.Add(rule);
        _references.Enqueue((reference, rule, owner));
    }

    /// <summary>Lets a node be referred to by a name.</summary>
    public void Name(SchemaNode node, SchemaPlace anchor)
    {
        if (!_anchors.TryAdd(anchor.Text(), node)) throw anchor.Wrong("is an anchor that is there already");
    }

    /// <summary>A pattern.</summary>
    public Regex Pattern(string pattern, SchemaPlace place)
    {
        if (_patterns.TryGetValue(pattern, out var known)) return known;
        if (_patterns.Count == SchemaLimits.PatternsMax)
            throw place.Wrong($"is one pattern too many: there may be {SchemaLimits.PatternsMax}");
        try
        {
            return _patterns[pattern] = SchemaPattern.Compile(pattern, place);
        }
        catch (SchemaException refused) when (refused.IsUnsupported && !_isChecked)
        {
            return _patterns[pattern] = Anything;
        }
    }

    /// <summary>Counts values of <c>enum</c>.</summary>
    public void CountValues(int values, SchemaPlace place)
    {
        if ((_enumValues += values) > SchemaLimits.EnumValuesMax)
            throw place.Wrong($"lists too many values: a schema may list {SchemaLimits.EnumValuesMax} in all");
    }

    /// <summary>Refuses a keyword that cannot be checked, where it would have to be.</summary>
    public void Unchecked(SchemaPlace place, string what)
    {
        if (_isChecked) throw place.Unsupported(what);
    }

    private void AddRules(SchemaNode node, SchemaPlace place)
    {
        if (place.Value.ValueKind != JsonValueKind.Object) throw place.Wrong("must be a schema: an object, true or false");
        foreach (var (name, at) in place.Properties())
            if (SchemaKeywords.Find(name) is { } add) add(this, node, place, at);
    }

    private void Resolve()
    {
        while (_references.TryDequeue(out var reference))
        {
            if (Target(reference.Place) is not { } target) continue;
            reference.Rule.Target = target;
            reference.Owner.AddSameValue(target);
        }
    }

    /// <summary>What is referred to; null for what is elsewhere and need not be checked.</summary>
    private SchemaNode? Target(SchemaPlace place)
    {
        var text = place.Text();
        var id = _root.Find("$id")?.Text().TrimEnd('#');
        if (id is { Length: > 0 } && text.StartsWith(id, StringComparison.Ordinal)) text = text[id.Length..];
        if (text.Length == 0) return Node(_root);
        if (text[0] != '#')
        {
            Unchecked(place, "refers to another document. Put what it means under '$defs'");
            return null;
        }

        return Local(Uri.UnescapeDataString(text[1..]), place);
    }

    private SchemaNode Local(string fragment, SchemaPlace place)
    {
        if (fragment.Length > 0 && fragment[0] != '/')
            return _anchors.TryGetValue(fragment, out var named) ? named : throw place.Wrong("refers to an anchor that is not there");
        var target = _root;
        foreach (var part in fragment.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            target = Inside(target, name) ?? throw place.Wrong("refers to what is not there");
        }

        return Node(target);
    }

    private static SchemaPlace? Inside(SchemaPlace place, string name)
    {
        if (place.Value.ValueKind != JsonValueKind.Array) return place.Find(name);
        return int.TryParse(name, System.Globalization.NumberStyles.None, null, out var index) && index < place.Value.GetArrayLength()
            ? place.At(name, place.Value[index])
            : null;
    }
}
