using System.Text.Json;

namespace Millrace.Gateway.Schemas;

/// <summary>A value within a schema that knows its place, so that every complaint names it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Pointer">Its place as a JSON pointer.</param>
internal readonly record struct SchemaPlace(JsonElement Value, string Pointer)
{
    /// <summary>A place in words: its pointer, shortened where it is very long.</summary>
    public static string Describe(string pointer) => pointer.Length switch
    {
        0 => "the whole",
        > 256 => $"'{pointer[..256]}...'",
        _ => $"'{pointer}'",
    };

    /// <summary>A name as a part of a pointer.</summary>
    public static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public SchemaPlace At(string name, JsonElement value) => new(value, $"{Pointer}/{Escape(name)}");

    /// <summary>A value that is here, by name; null when it is not.</summary>
    public SchemaPlace? Find(string name) =>
        Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(name, out var value) ? At(name, value) : null;

    public IEnumerable<(string Name, SchemaPlace Place)> Properties()
    {
        if (Value.ValueKind != JsonValueKind.Object) throw Wrong("must be an object");
        var here = this;
        return Value.EnumerateObject().Select(property => (property.Name, here.At(property.Name, property.Value)));
    }

    public IEnumerable<SchemaPlace> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array) throw Wrong("must be an array");
        var pointer = Pointer;
        return Value.EnumerateArray().Select((item, index) => new SchemaPlace(item, $"{pointer}/{index}"));
    }

    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString() ?? string.Empty : throw Wrong("must be a string");

    public bool Flag() => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("must be true or false"),
    };

    public JsonElement Number() => Value.ValueKind == JsonValueKind.Number ? Value : throw Wrong("must be a number");

    /// <summary>A whole number from 0.</summary>
    public int Count() =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetDecimal(out var number) && number >= 0 && number == decimal.Truncate(number)
            ? (int)Math.Min(number, int.MaxValue)
            : throw Wrong("must be a whole number, 0 or more");

    public SchemaException Wrong(string what) => new(Pointer, what);

    public SchemaException Unsupported(string what) => new(Pointer, what) { IsUnsupported = true };
}
