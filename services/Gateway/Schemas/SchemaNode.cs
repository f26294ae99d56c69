using System.Text.Json;

namespace Millrace.Gateway.Schemas;

/// <summary>A schema within a schema: all of its rules must hold.</summary>
/// <param name="pointer">Its place in the whole, as a JSON pointer.</param>
internal sealed class SchemaNode(string pointer)
{
    /// <summary>What a check that takes too long says.</summary>
    public const string TooMuch = "takes too long to check against the schema";

    private readonly List<ISchemaRule> _rules = [];
    private readonly List<SchemaNode> _sameValue = [];

    /// <summary>Its place in the whole.</summary>
    public string Pointer { get; } = pointer;

    /// <summary>The schemas that its rules hold to the same value, and not to a part of it.</summary>
    public IReadOnlyList<SchemaNode> SameValue => _sameValue;

    public void Add(ISchemaRule rule) => _rules.Add(rule);

    public void AddSameValue(SchemaNode other) => _sameValue.Add(other);

    /// <summary>What is wrong with a value; null when nothing is.</summary>
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (!run.Spend()) return at.Wrong(TooMuch);
        foreach (var rule in _rules)
            if (rule.Check(value, at, run) is { } wrong)
                return wrong;
        return null;
    }

    /// <summary>Whether a value fits.</summary>
    public bool Fits(JsonElement value, ValuePath at, SchemaRun run) => Check(value, at, run) is null;
}
