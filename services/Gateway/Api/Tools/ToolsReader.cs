using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Schemas;

namespace Millrace.Gateway.Api.Tools;

/// <summary>The field <c>tools</c> of a chat request: functions, as OpenAI's API writes them.</summary>
internal static class ToolsReader
{
    /// <summary>Reads the tools.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">One is wrong or not supported; the exception names the field.</exception>
    public static IReadOnlyList<ChatTool> Read(JsonField field)
    {
        List<ChatTool> tools = [.. field.Items(0, ToolRules.CountMax).Select(ReadTool)];
        ToolRules.RequireDistinct(tools, "function.name");
        SchemaChecks.Require(tools, "function.parameters");
        return tools;
    }

    /// <summary>The name of a tool.</summary>
    public static string Name(JsonField field)
    {
        var name = field.Text();
        return ToolRules.IsName(name) ? name : throw field.Invalid(ToolRules.NameRule);
    }

    /// <summary>A JSON schema as text.</summary>
    public static string Schema(JsonField field)
    {
        if (field.Kind != JsonValueKind.Object) throw field.Invalid("must be a JSON schema, which is an object");
        field.RequireUnicode();
        return field.Value.GetRawText();
    }

    private static ChatTool ReadTool(JsonField tool)
    {
        JsonField? function = null;
        var hasType = false;
        foreach (var field in tool.Properties())
        {
            if (field.Name == "type") hasType = RequireFunction(field);
            else if (field.Name == "function") function = field;
            else if (!hasType && field.Name == "custom") throw Custom(field);
            else throw field.Unknown();
        }

        if (!hasType) throw tool.Missing("type");
        return ReadFunction(function ?? throw tool.Missing("function"));
    }

    private static ChatTool ReadFunction(JsonField function)
    {
        string? name = null;
        var tool = new ChatTool(string.Empty, string.Empty, string.Empty, Strict: false);
        foreach (var field in function.Properties())
        {
            if (field.Name == "name") name = Name(field);
            else if (field.Name is not ("description" or "parameters" or "strict")) throw field.Unknown();
            else if (field.IsNull) continue;
            else if (field.Name == "description") tool = tool with { Description = field.Text(ToolRules.DescriptionLengthMax) };
            else if (field.Name == "parameters") tool = tool with { ParametersSchema = Schema(field) };
            else tool = tool with { Strict = field.Boolean() };
        }

        return tool with { Name = name ?? throw function.Missing("name") };
    }

    private static bool RequireFunction(JsonField type) => type.Text() switch
    {
        "function" => true,
        "custom" => throw Custom(type),
        _ => throw type.Unsupported("must be \"function\": the application runs its tools itself, and there are none of ours."),
    };

    private static ServiceDefaults.Errors.MillraceException Custom(JsonField field) =>
        field.Unsupported("must be \"function\": custom tools are not supported. Offer a function with one text as its argument.");
}
