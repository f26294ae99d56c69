using System.Text;
using Millrace.Gateway.Api;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Schemas;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Anthropic;

/// <summary>The tools of Anthropic's API, and which of them the model may call.</summary>
internal static class MessagesTools
{
    /// <summary>Most characters of a tool's name.</summary>
    public const int NameCharsMax = 64;

    private const int ToolsMax = 128;
    private const int DescriptionCharsMax = 8192;
    private const int SchemaBytesMax = 64 * 1024;

    /// <summary>Reads the tools.</summary>
    public static IReadOnlyList<ChatTool> Read(JsonField field)
    {
        var tools = field.Items(0, ToolsMax).Select(ReadTool).ToList();
        if (tools.DistinctBy(tool => tool.Name).Count() < tools.Count) throw field.Invalid("must have different names");
        SchemaChecks.Require(tools, "input_schema");
        return tools;
    }

    /// <summary>Reads which tools may be called.</summary>
    public static ChatToolChoice ReadChoice(JsonField field)
    {
        var choice = MessagesBlock.Read(field);
        var single = choice.Find("disable_parallel_tool_use") is { IsNull: false } flag && flag.Boolean();
        switch (choice.Type.Text())
        {
            case "auto":
                choice.RequireOnly("disable_parallel_tool_use");
                return new ChatToolChoice(ChatToolMode.Auto, Single: single);
            case "any":
                choice.RequireOnly("disable_parallel_tool_use");
                return new ChatToolChoice(ChatToolMode.Required, Single: single);
            case "tool":
                choice.RequireOnly("disable_parallel_tool_use", "name");
                return new ChatToolChoice(ChatToolMode.Named, Name(choice.Require("name")), single);
            case "none":
                choice.RequireOnly();
                return new ChatToolChoice(ChatToolMode.None);
            default:
                throw choice.Type.Invalid("must be \"auto\", \"any\", \"tool\" or \"none\"");
        }
    }

    /// <summary>A JSON schema, as text.</summary>
    public static string Schema(JsonField field)
    {
        field.Properties();
        field.RequireUnicode();
        var text = field.Value.GetRawText();
        return Encoding.UTF8.GetByteCount(text) <= SchemaBytesMax
            ? text
            : throw field.Invalid($"must have at most {SchemaBytesMax} bytes");
    }

    /// <summary>Refuses a choice that the tools do not allow.</summary>
    public static void CheckTogether(MessagesDraft draft)
    {
        var (choice, tools) = (draft.ToolChoice, draft.Tools);
        if (tools.Count == 0 && choice.Mode is ChatToolMode.Required or ChatToolMode.Named)
            throw MillraceException.InvalidArgument("tool_choice", "'tool_choice' asks for a call and there are no 'tools'.");
        if (choice.Mode == ChatToolMode.Named && tools.All(tool => tool.Name != choice.Name))
            throw MillraceException.InvalidArgument("tool_choice.name", "'tool_choice.name' is none of the names in 'tools'.");
    }

    private static ChatTool ReadTool(JsonField field)
    {
        // A tool of the client's own needs no type; any other type is a tool that Anthropic runs.
        var fields = field.Properties();
        var name = string.Empty;
        var description = string.Empty;
        string? schema = null;
        var strict = false;
        foreach (var part in fields.Where(part => !part.IsNull))
        {
            switch (part.Name)
            {
                case "name": name = Name(part); break;
                case "description": description = part.Text(DescriptionCharsMax); break;
                case "input_schema": schema = Schema(part); break;
                case "strict": strict = part.Boolean(); break;
                case "type": RequireCustom(part); break;
                case "cache_control": MessagesNeutralParameters.CheckCacheControl(part); break;
                case "eager_input_streaming": part.Boolean(); break;
                default: throw part.Unknown();
            }
        }

        if (name.Length == 0) throw field.Missing("name");
        return new ChatTool(name, description, schema ?? throw field.Missing("input_schema"), strict);
    }

    private static void RequireCustom(JsonField type)
    {
        if (type.Text() != "custom")
            throw type.Unsupported("is supported as \"custom\" only: tools are run by the client here. Declare one with 'input_schema'.");
    }

    private static string Name(JsonField field)
    {
        var name = field.Text(NameCharsMax);
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? name
            : throw field.Invalid($"must be 1 to {NameCharsMax} letters, digits, underscores and hyphens");
    }
}
