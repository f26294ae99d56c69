using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Millrace.Gateway.OpenApi;

/// <summary>A named schema.</summary>
/// <param name="Name">Its name in the document.</param>
/// <param name="Make">Makes it.</param>
internal sealed record ApiSchema(string Name, Func<JsonNode> Make)
{
    private static readonly JsonSchemaExporterOptions Export = new() { TreatNullObliviousAsNonNullable = true };

    /// <summary>The schema of what a type is written as.</summary>
    public static ApiSchema Of(JsonTypeInfo type) => new(
        type.Type.Name.EndsWith("Json", StringComparison.Ordinal) ? type.Type.Name[..^4] : type.Type.Name,
        () => Whole(type.GetJsonSchemaAsNode(Export)));

    /// <summary>A schema that is written by hand.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="json">The schema.</param>
    public static ApiSchema Of(string name, string json) =>
        new(name, () => JsonNode.Parse(json) ?? throw new InvalidOperationException($"The schema {name} is null."));

    /// <summary>
    /// An object: each line has a property, <c>name type what it is</c>; a required one has a <c>!</c> behind its name. Types are those of
    /// <see cref="ApiTypes"/>.
    /// </summary>
    public static ApiSchema OfLines(string name, string lines) => new(name, () => Read(lines));

    /// <summary>One of several schemas, told apart by the text that a property of them has.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="property">The property.</param>
    /// <param name="schemas">The names of the schemas by that text. Several texts may lead to one schema.</param>
    public static ApiSchema OneOf(string name, string property, params IReadOnlyList<(string Text, string Schema)> schemas) =>
        new(name, () => new JsonObject
        {
            ["oneOf"] = new JsonArray([.. schemas.Select(one => one.Schema).Distinct().Select(ApiTypes.Reference)]),
            ["discriminator"] = new JsonObject
            {
                ["propertyName"] = property,
                ["mapping"] = new JsonObject(schemas.Select(
                    one => KeyValuePair.Create<string, JsonNode?>(one.Text, ApiTypes.Place + one.Schema))),
            },
        });

    // The exporter writes a type once and refers to its place from then on, seen from the schema's own root; within the document that is
    // another place. None of these types contains itself.
    private static JsonNode Whole(JsonNode root)
    {
        return Copy(root);

        JsonNode Copy(JsonNode node) => node switch
        {
            JsonObject fields when fields["$ref"]?.GetValue<string>() is ['#', .. var place] => Copy(At(place)),
            JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(
                field.Key, field.Value is not { } value ? null : field.Key == "properties" ? Properties(value.AsObject()) : Copy(value)))),
            JsonArray items => new JsonArray([.. items.Select(item => item is null ? null : Copy(item))]),
            _ => node.DeepClone(),
        };

        // What may be anything is `true` to the exporter, which not every reader of such documents takes.
        JsonObject Properties(JsonObject all) => new(all.Select(one => KeyValuePair.Create<string, JsonNode?>(
            one.Key, one.Value is JsonObject schema ? Copy(schema) : new JsonObject())));

        JsonNode At(string place) => place.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(
            root, (node, part) => node[part] ?? throw new InvalidOperationException($"A schema refers to '{place}', where nothing is."));
    }

    private static JsonObject Read(string lines)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var line in lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            var property = parts[0].TrimEnd('!');
            if (parts[0].EndsWith('!')) required.Add(property);
            properties[property] = ApiTypes.Read(parts[1]);
            if (parts.Length > 2) properties[property]!["description"] = parts[2];
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Count > 0) schema["required"] = required;
        return schema;
    }
}
