using System.Text.Json.Nodes;

namespace Millrace.Gateway.OpenApi;

/// <summary>
/// Types as the lines of <see cref="ApiSchema.OfLines"/> write them: a type of JSON, <c>any</c>, the name of another schema, a text in
/// single quotes, <c>[T]</c> for an array and <c>{T}</c> for an object with values of one type; several have <c>|</c> between them.
/// </summary>
internal static class ApiTypes
{
    /// <summary>Where schemas stand in the document.</summary>
    public const string Place = "#/components/schemas/";

    /// <summary>Refers to a schema.</summary>
    public static JsonNode Reference(string name) => new JsonObject { ["$ref"] = Place + name };

    /// <summary>Makes the schema of a type.</summary>
    public static JsonObject Read(string type)
    {
        if (type == "any") return [];
        var alternatives = Split(type);
        if (alternatives.All(IsPlain)) return Plain(alternatives);
        if (alternatives.All(one => one[0] == '\'' || one == "null")) return Texts(alternatives);
        return alternatives.Count == 1
            ? One(alternatives[0])
            : new JsonObject { ["anyOf"] = new JsonArray([.. alternatives.Select(One)]) };
    }

    private static JsonObject One(string type) => type[0] switch
    {
        '[' => new JsonObject { ["type"] = "array", ["items"] = Read(type[1..^1]) },
        '{' => new JsonObject { ["type"] = "object", ["additionalProperties"] = Read(type[1..^1]) },
        '\'' => new JsonObject { ["const"] = type[1..^1] },
        >= 'A' and <= 'Z' => Reference(type).AsObject(),
        _ => new JsonObject { ["type"] = type },
    };

    private static JsonObject Plain(List<string> types) => new()
    {
        ["type"] = types.Count == 1 ? types[0] : new JsonArray([.. types.Select(one => (JsonNode)one)]),
    };

    private static JsonObject Texts(List<string> texts) => texts.Count == 1
        ? One(texts[0])
        : new JsonObject { ["enum"] = new JsonArray([.. texts.Select(one => one == "null" ? null : (JsonNode)one[1..^1])]) };

    private static bool IsPlain(string type) => char.IsAsciiLetterLower(type[0]);

    // Bars within brackets belong to what is within them.
    private static List<string> Split(string type)
    {
        List<string> parts = [];
        var (depth, start) = (0, 0);
        for (var i = 0; i <= type.Length; i++)
        {
            if (i == type.Length || (type[i] == '|' && depth == 0))
            {
                parts.Add(type[start..i]);
                start = i + 1;
            }
            else if (type[i] is '[' or '{') depth++;
            else if (type[i] is ']' or '}') depth--;
        }

        return parts;
    }
}
