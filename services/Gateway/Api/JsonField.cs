using System.Globalization;
using System.Text.Json;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>A value of a request's body that knows its path, so that every complaint names the field.</summary>
/// <param name="Path">The path, such as <c>messages[0].content</c>.</param>
/// <param name="Name">Its name in the object that it is a field of; empty for an item of an array.</param>
/// <param name="Value">The value.</param>
internal readonly record struct JsonField(string Path, string Name, JsonElement Value)
{
    /// <summary>The body itself.</summary>
    public static JsonField Root(JsonElement body) => new(string.Empty, string.Empty, body);

    public JsonValueKind Kind => Value.ValueKind;

    public bool IsNull => Kind == JsonValueKind.Null;

    public string Text(int lengthMax = int.MaxValue)
    {
        if (Kind != JsonValueKind.String) throw Wrong("a string");
        var text = Unicode(Value.GetString);
        return text.Length <= lengthMax ? text : throw Invalid($"must have at most {lengthMax} characters");
    }

    public bool Boolean() => Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("true or false"),
    };

    public double Number(double min, double max)
    {
        if (Kind != JsonValueKind.Number) throw Wrong("a number");
        if (Value.TryGetDouble(out var number) && double.IsFinite(number) && number >= min && number <= max) return number;
        throw Invalid(string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}"));
    }

    public long Integer(long min, long max)
    {
        if (Kind != JsonValueKind.Number) throw Wrong("an integer");
        if (!Value.TryGetInt64(out var number)) throw Invalid("must be an integer without fraction");
        return number >= min && number <= max ? number : throw Invalid($"must be from {min} to {max}");
    }

    public IReadOnlyList<JsonField> Items(int countMin, int countMax)
    {
        if (Kind != JsonValueKind.Array) throw Wrong("an array");
        var count = Value.GetArrayLength();
        if (count < countMin || count > countMax) throw Invalid($"must have {countMin} to {countMax} items");
        var path = Path;
        return [.. Value.EnumerateArray().Select((item, index) => new JsonField($"{path}[{index}]", string.Empty, item))];
    }

    public IReadOnlyList<JsonField> Properties()
    {
        if (Kind != JsonValueKind.Object) throw Wrong("an object");
        List<JsonField> fields = [];
        foreach (var property in Value.EnumerateObject())
        {
            var name = Unicode(() => property.Name);
            fields.Add(new JsonField(Path.Length == 0 ? name : $"{Path}.{name}", name, property.Value));
        }

        return fields;
    }

    /// <summary>Refuses a value of any shape in which a text, or the name of a field, is not valid Unicode.</summary>
    public void RequireUnicode()
    {
        if (Kind == JsonValueKind.String) Text();
        else if (Kind == JsonValueKind.Object) Properties().ToList().ForEach(property => property.RequireUnicode());
        else if (Kind == JsonValueKind.Array) Items(0, int.MaxValue).ToList().ForEach(item => item.RequireUnicode());
    }

    /// <summary>A complaint about the value; the text goes behind the field's name.</summary>
    public MillraceException Invalid(string what) => MillraceException.InvalidArgument(Path, $"'{Path}' {what}.");

    /// <summary>The field is known to the OpenAI API, or to nobody, and not honoured here.</summary>
    public MillraceException Unsupported(string why) => new(Reason.UnsupportedParameter, $"'{Path}' {why}") { Param = Path };

    public MillraceException Unknown() => Unsupported("is not a parameter of this endpoint. Remove it; docs/api.md lists those that are.");

    /// <summary>A field of this object is missing.</summary>
    public MillraceException Missing(string name) => new JsonField($"{Path}.{name}", name, default).Invalid("is missing");

    private MillraceException Wrong(string expected) => Path.Length == 0
        ? new MillraceException(Reason.InvalidArgument, $"The body must be {expected}.")
        : Invalid($"must be {expected}, not {Describe(Kind)}");

    private string Unicode(Func<string?> read)
    {
        try
        {
            return read() ?? string.Empty;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape.
            throw Invalid("is not valid Unicode; remove unpaired surrogates");
        }
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "a boolean",
    };
}
