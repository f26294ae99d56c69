using System.Text.Json;
using Millrace.Gateway.Api.Tools;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Schemas;

namespace Millrace.Gateway.Api.Responses;

/// <summary>Tools, which of them may be called, and the form of the text, in the shapes of the Responses API.</summary>
internal static class ResponseToolReader
{
    private const int ToolsMax = 128;
    private const int NameCharsMax = 64;
    private const int DescriptionCharsMax = 4096;

    /// <summary>Reads the tools.</summary>
    public static IReadOnlyList<ChatTool> Tools(JsonField field)
    {
        ChatTool[] tools = [.. field.Items(0, ToolsMax).Select(Tool)];
        ToolRules.RequireDistinct(tools, "name");
        SchemaChecks.Require(tools, "parameters");
        return tools;
    }

    /// <summary>Reads which of them may be called.</summary>
    public static ToolChoiceFields Choice(JsonField field)
    {
        if (field.Kind == JsonValueKind.String) return new ToolChoiceFields(new ChatToolChoice(Mode(field)));
        var parts = field.Properties();
        if (parts.Any(part => part is { Name: "type", Kind: JsonValueKind.String } && part.Text() == "allowed_tools"))
            return Allowed(field, parts);
        return new ToolChoiceFields(new ChatToolChoice(ChatToolMode.Named, FunctionName(field)));
    }

    /// <summary>Reads the form of the text; null for plain text.</summary>
    public static ChatResponseFormat? Text(JsonField field)
    {
        ChatResponseFormat? format = null;
        foreach (var part in field.Properties().Where(part => !part.IsNull))
        {
            if (part.Name == "format")
            {
                format = Format(part);
                SchemaChecks.Require(format, $"{part.Path}.schema");
            }
            else if (part.Name != "verbosity") throw part.Unknown();
            else if (part.Text() != "medium") throw part.Unsupported("is supported as \"medium\" only.");
        }

        return format;
    }

    private static ChatToolMode Mode(JsonField field) => field.Text() switch
    {
        "auto" => ChatToolMode.Auto,
        "none" => ChatToolMode.None,
        "required" => ChatToolMode.Required,
        _ => throw field.Invalid("must be \"auto\", \"none\", \"required\" or {\"type\": \"function\", \"name\": NAME}"),
    };

    private static ToolChoiceFields Allowed(JsonField choice, IReadOnlyList<JsonField> parts)
    {
        var mode = ChatToolMode.Auto;
        IReadOnlyList<(string, JsonField)>? tools = null;
        foreach (var part in parts)
        {
            if (part.Name == "mode") mode = part.Text() is "auto" or "required" ? Mode(part) : throw NoMode(part);
            else if (part.Name == "tools") tools = [.. part.Items(1, ToolsMax).Select(tool => (FunctionName(tool), Named(tool)))];
            else if (part.Name != "type") throw part.Unknown();
        }

        return new ToolChoiceFields(new ChatToolChoice(mode), tools ?? throw choice.Missing("tools"));
    }

    private static JsonField Named(JsonField tool) => tool with { Path = $"{tool.Path}.name" };

    private static ServiceDefaults.Errors.MillraceException NoMode(JsonField field) => field.Invalid("must be \"auto\" or \"required\"");

    private static string FunctionName(JsonField function)
    {
        string? name = null;
        foreach (var part in function.Properties())
        {
            if (part.Name == "name") name = Name(part);
            else if (part.Name != "type") throw part.Unknown();
            else if (part.Text() != "function") throw part.Unsupported("must be \"function\": only functions can be called here.");
        }

        return name ?? throw function.Missing("name");
    }

    private static ChatTool Tool(JsonField tool)
    {
        var read = new ChatTool(string.Empty, string.Empty, string.Empty, Strict: false);
        foreach (var field in tool.Properties())
        {
            if (field.IsNull) continue;
            read = field.Name switch
            {
                "type" when field.Text() == "function" => read,
                "type" => throw field.Unsupported("must be \"function\": use 'millrace.collections' to answer from documents."),
                "name" => read with { Name = Name(field) },
                "description" => read with { Description = field.Text(DescriptionCharsMax) },
                "parameters" => read with { ParametersSchema = Schema(field) },
                "strict" => read with { Strict = field.Boolean() },
                _ => throw field.Unknown(),
            };
        }

        if (!tool.Value.TryGetProperty("type", out _)) throw tool.Missing("type");
        return read.Name.Length > 0 ? read : throw tool.Missing("name");
    }

    private static ChatResponseFormat? Format(JsonField field)
    {
        var read = new ChatResponseFormat(null);
        string? type = null;
        JsonField? ofSchema = null;
        foreach (var part in field.Properties().Where(part => !part.IsNull))
        {
            if (part.Name == "type")
            {
                type = part.Text();
                continue;
            }

            ofSchema ??= part;
            read = part.Name switch
            {
                "name" => read with { Name = Name(part) },
                "description" => read with { Description = part.Text(DescriptionCharsMax) },
                "schema" => read with { Schema = Schema(part) },
                "strict" => read with { Strict = part.Boolean() },
                _ => throw part.Unknown(),
            };
        }

        if (type is "text" or "json_object" && ofSchema is { } misplaced) throw misplaced.Invalid("needs the type \"json_schema\"");
        return type switch
        {
            "text" => null,
            "json_object" => new ChatResponseFormat(null),
            "json_schema" when read.Name.Length == 0 => throw field.Missing("name"),
            "json_schema" => read.Schema is null ? throw field.Missing("schema") : read,
            null => throw field.Missing("type"),
            _ => throw field.Unsupported("must be of the type \"text\", \"json_object\" or \"json_schema\"."),
        };
    }

    private static string Name(JsonField field)
    {
        var name = field.Text(NameCharsMax);
        var isName = name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        return isName ? name : throw field.Invalid($"must be 1 to {NameCharsMax} letters, digits, underscores and hyphens");
    }

    private static string Schema(JsonField field)
    {
        field.Properties();
        field.RequireUnicode();
        return field.Value.GetRawText();
    }
}
