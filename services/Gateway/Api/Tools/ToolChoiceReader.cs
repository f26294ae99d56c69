using System.Text.Json;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Api.Tools;

/// <summary>The field <c>tool_choice</c> as it was given.</summary>
/// <param name="Choice">Whether there may, must or must not be a call.</param>
/// <param name="Allowed">Names of the only tools that may be called, with their paths; null for all.</param>
internal sealed record ToolChoiceFields(ChatToolChoice Choice, IReadOnlyList<(string Name, JsonField Field)>? Allowed = null)
{
    /// <summary>The tools that may be called.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">The choice names one that is not there.</exception>
    public IReadOnlyList<ChatTool> Narrow(IReadOnlyList<ChatTool> tools)
    {
        if (Allowed is null) return tools;
        foreach (var (name, field) in Allowed)
            if (tools.All(tool => tool.Name != name)) throw field.Invalid("is the name of none of the tools. Name one of 'tools'");
        return [.. tools.Where(tool => Allowed.Any(allowed => allowed.Name == tool.Name))];
    }
}

/// <summary>The field <c>tool_choice</c> of a chat request.</summary>
internal static class ToolChoiceReader
{
    private const string Forms =
        "must be \"none\", \"auto\", \"required\", {\"type\": \"function\", ...} or {\"type\": \"allowed_tools\", ...}";

    /// <summary>Reads the field.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">It is wrong or not supported.</exception>
    public static ToolChoiceFields Read(JsonField field) => field.Kind switch
    {
        JsonValueKind.String => new ToolChoiceFields(new ChatToolChoice(Mode(field))),
        JsonValueKind.Object => ReadObject(field),
        _ => throw field.Invalid(Forms),
    };

    private static ToolChoiceFields ReadObject(JsonField choice)
    {
        var fields = choice.Properties();
        var type = Find(fields, "type") ?? throw choice.Missing("type");
        var kind = type.Text();
        if (kind == "custom") throw type.Unsupported("must be \"function\" or \"allowed_tools\": custom tools are not supported.");
        if (kind is not ("function" or "allowed_tools")) throw type.Invalid("must be \"function\" or \"allowed_tools\"");
        foreach (var field in fields)
            if (field.Name != "type" && field.Name != kind) throw field.Unknown();
        var body = Find(fields, kind) ?? throw choice.Missing(kind);
        return kind == "function"
            ? new ToolChoiceFields(new ChatToolChoice(ChatToolMode.Named, FunctionName(body)))
            : ReadAllowed(body);
    }

    private static ToolChoiceFields ReadAllowed(JsonField allowed)
    {
        var mode = ChatToolMode.Auto;
        IReadOnlyList<(string, JsonField)>? tools = null;
        foreach (var field in allowed.Properties())
        {
            if (field.Name == "mode") mode = field.Text() is "auto" or "required" ? Mode(field) : throw NoMode(field);
            else if (field.Name == "tools") tools = [.. field.Items(1, ToolRules.CountMax).Select(AllowedTool)];
            else throw field.Unknown();
        }

        return new ToolChoiceFields(new ChatToolChoice(mode), tools ?? throw allowed.Missing("tools"));
    }

    private static (string Name, JsonField Field) AllowedTool(JsonField tool)
    {
        var fields = tool.Properties();
        var type = Find(fields, "type") ?? throw tool.Missing("type");
        if (type.Text() != "function") throw type.Unsupported("must be \"function\": other kinds of tools are not supported.");
        var function = Find(fields, "function") ?? throw tool.Missing("function");
        return (FunctionName(function), function with { Path = $"{function.Path}.name" });
    }

    private static string FunctionName(JsonField function)
    {
        string? name = null;
        foreach (var field in function.Properties()) name = field.Name == "name" ? ToolsReader.Name(field) : throw field.Unknown();
        return name ?? throw function.Missing("name");
    }

    private static ServiceDefaults.Errors.MillraceException NoMode(JsonField field) => field.Invalid("must be \"auto\" or \"required\"");

    private static ChatToolMode Mode(JsonField field) => field.Text() switch
    {
        "auto" => ChatToolMode.Auto,
        "none" => ChatToolMode.None,
        "required" => ChatToolMode.Required,
        _ => throw field.Invalid(Forms),
    };

    private static JsonField? Find(IEnumerable<JsonField> fields, string name)
    {
        foreach (var field in fields)
            if (field.Name == name) return field;
        return null;
    }
}
