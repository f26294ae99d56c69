using Millrace.Contracts.Gateway.V1;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Schemas;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Rpc;

/// <summary>Tools, tool calls and the form of answers of a gRPC chat request, checked by the rules of the HTTP door.</summary>
internal static class CompleteToolsReader
{
    /// <summary>The tools.</summary>
    /// <exception cref="MillraceException">A field is wrong; the exception names it.</exception>
    public static IReadOnlyList<ChatTool> Tools(IReadOnlyList<Tool> given)
    {
        Require(given.Count <= ToolRules.CountMax, "tools", $"must have at most {ToolRules.CountMax} items.");
        List<ChatTool> tools = [.. given.Select(ReadTool)];
        ToolRules.RequireDistinct(tools, "name");
        SchemaChecks.Require(tools, "parameters_schema");
        return tools;
    }

    /// <summary>Which of them may be called.</summary>
    /// <exception cref="MillraceException">A field is wrong; the exception names it.</exception>
    public static ChatToolChoice Choice(ToolChoice? given, IReadOnlyList<ChatTool> tools)
    {
        if (given is null) return ChatToolChoice.Auto;
        var mode = given.Mode switch
        {
            ToolMode.Unspecified or ToolMode.Auto => ChatToolMode.Auto,
            ToolMode.None => ChatToolMode.None,
            ToolMode.Required => ChatToolMode.Required,
            ToolMode.Named => ChatToolMode.Named,
            _ => throw MillraceException.InvalidArgument("tool_choice.mode", "'tool_choice.mode' must be auto, none, required or named."),
        };
        Require(given.Name.Length == 0 || mode == ChatToolMode.Named, "tool_choice.name", "is for the mode named.");
        var choice = new ChatToolChoice(mode, mode == ChatToolMode.Named ? given.Name : null, given.Single);
        ToolRules.Check(choice, tools, "tool_choice.name");
        return choice;
    }

    /// <summary>The calls of a message.</summary>
    /// <exception cref="MillraceException">A field is wrong; the exception names it.</exception>
    public static IReadOnlyList<ChatToolCall> Calls(ChatMessage message, int index)
    {
        var path = $"messages[{index}].tool_calls";
        Require(message.ToolCalls.Count == 0 || message.Role == Role.Assistant, path, "belongs to messages of the assistant.");
        Require(message.ToolCalls.Count <= ToolRules.CountMax, path, $"must have at most {ToolRules.CountMax} items.");
        return [.. message.ToolCalls.Select((call, i) => ReadCall(call, $"{path}[{i}]"))];
    }

    /// <summary>The call that a message answers.</summary>
    /// <exception cref="MillraceException">It is missing, or in a message of another role.</exception>
    public static string? CallId(ChatMessage message, int index)
    {
        var path = $"messages[{index}].tool_call_id";
        if (message.Role != Role.Tool)
        {
            Require(message.ToolCallId.Length == 0, path, "belongs to messages of the role tool.");
            return null;
        }

        Require(IsId(message.ToolCallId), path, $"must have 1 to {ToolRules.IdLengthMax} characters.");
        return message.ToolCallId;
    }

    /// <summary>The form of the answer.</summary>
    /// <exception cref="MillraceException">A field is wrong; the exception names it.</exception>
    public static ChatResponseFormat? Format(ResponseFormat? given)
    {
        if (given is null) return null;
        if (given.Schema.Length == 0)
        {
            Require(!given.Strict, "response_format.strict", "needs 'response_format.schema'.");
            return new ChatResponseFormat(Schema: null);
        }

        Require(ToolRules.IsObject(given.Schema), "response_format.schema", "must be a JSON object.");
        Require(ToolRules.IsName(given.Name), "response_format.name", $"{ToolRules.NameRule}.");
        RequireDescription(given.Description, "response_format.description");
        var format = new ChatResponseFormat(given.Schema, given.Name, given.Description, given.Strict);
        SchemaChecks.Require(format, "response_format.schema");
        return format;
    }

    private static ChatTool ReadTool(Tool tool, int index)
    {
        Require(ToolRules.IsName(tool.Name), $"tools[{index}].name", $"{ToolRules.NameRule}.");
        RequireDescription(tool.Description, $"tools[{index}].description");
        Require(
            tool.ParametersSchema.Length == 0 || ToolRules.IsObject(tool.ParametersSchema),
            $"tools[{index}].parameters_schema",
            "must be a JSON object.");
        return new ChatTool(tool.Name, tool.Description, tool.ParametersSchema, tool.Strict);
    }

    private static ChatToolCall ReadCall(ToolCall call, string path)
    {
        Require(IsId(call.Id), $"{path}.id", $"must have 1 to {ToolRules.IdLengthMax} characters.");
        Require(ToolRules.IsName(call.Name), $"{path}.name", $"{ToolRules.NameRule}.");
        return new ChatToolCall(call.Id, call.Name, call.Arguments);
    }

    private static bool IsId(string id) => id.Length is > 0 and <= ToolRules.IdLengthMax;

    private static void RequireDescription(string text, string param) => Require(
        text.Length <= ToolRules.DescriptionLengthMax, param, $"must have at most {ToolRules.DescriptionLengthMax} characters.");

    private static void Require(bool condition, string param, string what)
    {
        if (!condition) throw MillraceException.InvalidArgument(param, $"'{param}' {what}");
    }
}
