using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Millrace.Gateway.OpenApi;

/// <summary>A route as the API document describes it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, with parameters in braces.</param>
/// <param name="Summary">What it does, in a line.</param>
internal sealed record ApiRoute(string Method, string Path, string Summary)
{
    /// <summary>The JSON body that it takes; null for none.</summary>
    public ApiSchema? Request { get; init; }

    /// <summary>The JSON that it answers; null when it answers no JSON.</summary>
    public ApiSchema? Response { get; init; }

    /// <summary>Whether it takes a multipart form.</summary>
    public bool TakesForm { get; init; }

    /// <summary>Media type of an answer that is not JSON, or can be something else besides; null for none.</summary>
    public string? OtherMedia { get; init; }

    /// <summary>Status of success.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Parameters of the query: <c>name</c> or <c>name:type</c>, separated by blanks.</summary>
    public string Query { get; init; } = string.Empty;
}

/// <summary>A named schema.</summary>
/// <param name="Name">Its name in the document.</param>
/// <param name="Make">Makes it.</param>
internal sealed record ApiSchema(string Name, Func<JsonNode> Make)
{
    private static readonly JsonSchemaExporterOptions Export = new() { TreatNullObliviousAsNonNullable = true };

    /// <summary>The schema of what a type is written as.</summary>
    public static ApiSchema Of(JsonTypeInfo type) => new(
        type.Type.Name.EndsWith("Json", StringComparison.Ordinal) ? type.Type.Name[..^4] : type.Type.Name,
        () => type.GetJsonSchemaAsNode(Export));

    /// <summary>A schema that is written by hand.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="json">The schema.</param>
    public static ApiSchema Of(string name, string json) =>
        new(name, () => JsonNode.Parse(json) ?? throw new InvalidOperationException($"The schema {name} is null."));

    /// <summary>
    /// An object: each line has a property, <c>name type what it is</c>; a required one has a <c>!</c> behind its name. A type is a JSON
    /// type, several with <c>|</c> between them, or <c>any</c>.
    /// </summary>
    public static ApiSchema OfLines(string name, string lines) => new(name, () => Read(lines));

    private static JsonObject Read(string lines)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var line in lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            var property = parts[0].TrimEnd('!');
            if (parts[0].EndsWith('!')) required.Add(property);
            properties[property] = Property(parts[1], parts.Length > 2 ? parts[2] : string.Empty);
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Count > 0) schema["required"] = required;
        return schema;
    }

    private static JsonObject Property(string type, string description)
    {
        var property = new JsonObject();
        if (type != "any")
        {
            var types = type.Split('|');
            property["type"] = types.Length == 1 ? types[0] : new JsonArray([.. types.Select(one => (JsonNode)one)]);
        }

        if (description.Length > 0) property["description"] = description;
        return property;
    }
}
