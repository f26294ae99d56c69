using Millrace.Gateway.Api;

namespace Millrace.Gateway.Anthropic;

/// <summary>A block of content, a tool or another object that has a type and may be marked for caching.</summary>
/// <param name="Self">The object.</param>
/// <param name="Type">What it is.</param>
/// <param name="Fields">Its fields.</param>
internal sealed record MessagesBlock(JsonField Self, JsonField Type, IReadOnlyList<JsonField> Fields)
{
    /// <summary>Reads a block.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">It has no type, or an ill-formed mark.</exception>
    public static MessagesBlock Read(JsonField block)
    {
        var fields = block.Properties();
        var type = Find(fields, "type") ?? throw block.Missing("type");
        if (Find(fields, "cache_control") is { IsNull: false } mark) MessagesNeutralParameters.CheckCacheControl(mark);
        return new MessagesBlock(block, type, fields);
    }

    public JsonField? Find(string name) => Find(Fields, name);

    public JsonField Require(string name) => Find(name) ?? throw Self.Missing(name);

    /// <summary>Refuses a field that a block of this type does not have.</summary>
    public void RequireOnly(params ReadOnlySpan<string> names)
    {
        foreach (var field in Fields)
            if (field.Name is not ("type" or "cache_control") && !names.Contains(field.Name)) throw field.Unknown();
    }

    private static JsonField? Find(IReadOnlyList<JsonField> fields, string name)
    {
        foreach (var field in fields)
            if (field.Name == name) return field;
        return null;
    }
}
