using System.Text.Json.Nodes;

namespace Millrace.Gateway.Tests.OpenApi;

/// <summary>Checks a value against as much of JSON Schema as the API document uses.</summary>
internal sealed class JsonSchemaCheck(JsonNode document)
{
    private static readonly string[] Known =
    [
        "type", "properties", "required", "additionalProperties", "items", "enum", "const", "description", "$ref", "anyOf", "default",
    ];

    /// <summary>What is wrong with a value; empty when nothing is.</summary>
    public List<string> Errors(JsonNode? value, JsonNode? schema, string path = "$")
    {
        if (schema is null || (schema is JsonValue flag && flag.TryGetValue(out bool any) && any)) return [];
        if (schema is not JsonObject rules) return [$"{path}: is not allowed"];
        if (rules["$ref"]?.GetValue<string>() is { } reference) return Errors(value, Resolve(reference), path);
        var unknown = rules.Select(rule => rule.Key).Except(Known).Select(rule => $"{path}: the schema has '{rule}', which is not checked");
        return [.. unknown, .. TypeErrors(value, rules, path), .. ValueErrors(value, rules, path), .. Inside(value, rules, path)];
    }

    private static IEnumerable<string> TypeErrors(JsonNode? value, JsonObject rules, string path)
    {
        if (rules["type"] is not { } type) yield break;
        var allowed = type is JsonArray several ? several.Select(one => one!.GetValue<string>()) : [type.GetValue<string>()];
        var actual = TypeOf(value);
        if (!allowed.Any(one => one == actual || (one == "number" && actual == "integer")))
            yield return $"{path}: is {actual} and not {string.Join(" or ", allowed)}";
    }

    private static IEnumerable<string> ValueErrors(JsonNode? value, JsonObject rules, string path)
    {
        if (rules["const"] is { } only && !JsonNode.DeepEquals(only, value)) yield return $"{path}: is not {only}";
        if (rules["enum"] is JsonArray list && !list.Any(one => JsonNode.DeepEquals(one, value))) yield return $"{path}: is none of {list}";
    }

    private IEnumerable<string> Inside(JsonNode? value, JsonObject rules, string path)
    {
        if (value is JsonArray items && rules["items"] is { } item)
            return items.SelectMany((one, index) => Errors(one, item, $"{path}[{index}]"));
        if (value is not JsonObject fields) return [];
        var missing = rules["required"] is JsonArray required
            ? required.Select(name => name!.GetValue<string>()).Where(name => !fields.ContainsKey(name))
                .Select(name => $"{path}.{name}: is missing")
            : [];
        return missing.Concat(fields.SelectMany(field => Errors(
            field.Value, rules["properties"]?[field.Key] ?? rules["additionalProperties"], $"{path}.{field.Key}")));
    }

    private JsonNode? Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)document, (node, part) => node?[part]);

    private static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        JsonValue one when one.TryGetValue(out bool _) => "boolean",
        JsonValue one when one.TryGetValue(out string? _) => "string",
        JsonValue one when one.TryGetValue(out long _) => "integer",
        _ => "number",
    };
}
