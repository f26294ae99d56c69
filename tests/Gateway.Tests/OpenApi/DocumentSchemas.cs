using System.Text.Json.Nodes;
using Millrace.Gateway.Schemas;

namespace Millrace.Gateway.Tests.OpenApi;

/// <summary>
/// The schemas of the API document, to hold values to. An object that tells its properties has no others: what is answered and not told is
/// found so.
/// </summary>
internal sealed class DocumentSchemas(JsonObject document)
{
    /// <summary>A schema by its name.</summary>
    public JsonSchema Named(string name) => Compile(new JsonObject { ["$ref"] = $"#/components/schemas/{name}" });

    /// <summary>The schema of a JSON body.</summary>
    public JsonSchema Of(JsonNode body) => Compile(body["content"]!["application/json"]!["schema"]!.DeepClone().AsObject());

    /// <summary>The schema of the events of a route that is posted to.</summary>
    public JsonSchema EventOf(string path) => Compile(
        document["paths"]![path]!["post"]!["responses"]!["200"]!["content"]!["text/event-stream"]!["schema"]!.DeepClone().AsObject());

    private JsonSchema Compile(JsonObject schema)
    {
        schema["components"] = Closed(document["components"]!.DeepClone());
        return JsonSchema.Compile(schema.ToJsonString());
    }

    private static JsonNode Closed(JsonNode node)
    {
        if (node is JsonArray items)
            foreach (var item in items.OfType<JsonNode>()) Closed(item);
        if (node is not JsonObject fields) return node;
        foreach (var field in fields.Select(field => field.Value).OfType<JsonNode>().ToList()) Closed(field);
        if (fields["properties"] is JsonObject && fields["additionalProperties"] is null && fields["type"] is not null)
            fields["additionalProperties"] = false;
        return fields;
    }
}
