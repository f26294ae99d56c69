using Millrace.Gateway.Runtime;
using Millrace.Gateway.Schemas;

namespace Millrace.Gateway.Api.Tools;

/// <summary>The field <c>response_format</c> of a chat request.</summary>
internal static class ResponseFormatReader
{
    /// <summary>Reads the field.</summary>
    /// <returns>The form; null for text.</returns>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">It is wrong; the exception names the field.</exception>
    public static ChatResponseFormat? Read(JsonField format)
    {
        string? type = null;
        JsonField? schema = null;
        foreach (var field in format.Properties())
        {
            if (field.Name == "type") type = Type(field);
            else if (field.Name == "json_schema") schema = field;
            else throw field.Unknown();
        }

        if (type is null) throw format.Missing("type");
        if (type == "json_schema") return ReadSchema(schema ?? throw format.Missing("json_schema"));
        if (schema is { IsNull: false } given) throw given.Invalid("needs the type \"json_schema\"");
        return type == "json_object" ? new ChatResponseFormat(Schema: null) : null;
    }

    private static string Type(JsonField field) => field.Text() switch
    {
        ("text" or "json_object" or "json_schema") and var type => type,
        "grammar" or "python" => throw field.Unsupported("must be \"text\", \"json_object\" or \"json_schema\"."),
        _ => throw field.Invalid("must be \"text\", \"json_object\" or \"json_schema\""),
    };

    private static ChatResponseFormat ReadSchema(JsonField given)
    {
        string? name = null;
        var format = new ChatResponseFormat(Schema: null);
        foreach (var field in given.Properties())
        {
            if (field.Name == "name") name = ToolsReader.Name(field);
            else if (field.Name is not ("description" or "schema" or "strict")) throw field.Unknown();
            else if (field.IsNull) continue;
            else if (field.Name == "description") format = format with { Description = field.Text(ToolRules.DescriptionLengthMax) };
            else if (field.Name == "schema") format = format with { Schema = ToolsReader.Schema(field) };
            else format = format with { Strict = field.Boolean() };
        }

        format = format with
        {
            Name = name ?? throw given.Missing("name"),
            Schema = format.Schema ?? throw given.Missing("schema"),
        };
        SchemaChecks.Require(format, $"{given.Path}.schema");
        return format;
    }
}
