using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>
/// Messages and tools as Anthropic's API writes them: system messages stand before the others, results of tools are the user's, and
/// messages of one side in a row are one message of several blocks. An empty text is no block.
/// </summary>
internal static class AnthropicMessages
{
    /// <summary>The messages.</summary>
    public static void Write(Utf8JsonWriter json, ChatPrompt chat)
    {
        WriteSystem(json, chat);
        json.WriteStartArray("messages");
        var open = "";
        for (var i = 0; i < chat.Messages.Count; i++)
        {
            var message = chat.Messages[i];
            if (message.Role == ChatRole.System) continue;
            var side = SideOf(message.Role, i);
            if (side != open) Turn(json, ref open, side);
            WriteBlocks(json, message, i);
        }

        Turn(json, ref open, "");
        json.WriteEndArray();
    }

    /// <summary>The tools, and which of them may be called.</summary>
    public static void WriteTools(Utf8JsonWriter json, GenerateRequest request)
    {
        if (request.Tools.Count == 0) return;
        json.WriteStartArray("tools");
        for (var i = 0; i < request.Tools.Count; i++) WriteTool(json, request.Tools[i], i);
        json.WriteEndArray();
        if (request.ToolChoice is { } choice) WriteChoice(json, choice);
    }

    /// <summary>The form of the answer, which that API holds every answer to.</summary>
    public static void WriteFormat(Utf8JsonWriter json, ResponseFormat? format)
    {
        if (format is null) return;
        json.WriteStartObject("output_config");
        json.WriteStartObject("format");
        json.WriteString("type", "json_schema");
        json.WritePropertyName("schema");
        Refusals.ObjectOf(format.Schema, "response_format.schema").WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSystem(Utf8JsonWriter json, ChatPrompt chat)
    {
        var texts = chat.Messages.Where(message => message.Role == ChatRole.System && message.Content.Length > 0).ToList();
        if (texts.Count == 0) return;
        json.WriteStartArray("system");
        foreach (var message in texts) WriteText(json, message.Content);
        json.WriteEndArray();
    }

    private static void Turn(Utf8JsonWriter json, ref string open, string side)
    {
        if (open.Length > 0)
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }

        open = side;
        if (side.Length == 0) return;
        json.WriteStartObject();
        json.WriteString("role", side);
        json.WriteStartArray("content");
    }

    private static string SideOf(ChatRole role, int index) => role switch
    {
        ChatRole.User or ChatRole.Tool => "user",
        ChatRole.Assistant => "assistant",
        _ => throw MillraceException.InvalidArgument(
            $"chat.messages[{index}].role", $"chat.messages[{index}].role is {role}; use system, user, assistant or tool."),
    };

    private static void WriteBlocks(Utf8JsonWriter json, ChatMessage message, int index)
    {
        if (message.Role == ChatRole.Tool)
        {
            WriteResult(json, message);
            return;
        }

        if (message.Content.Length > 0) WriteText(json, message.Content);
        else if (message.ToolCalls.Count == 0)
            throw MillraceException.InvalidArgument(
                $"chat.messages[{index}].content", $"chat.messages[{index}].content is empty, which Anthropic's API does not take.");
        for (var i = 0; i < message.ToolCalls.Count; i++)
            WriteCall(json, message.ToolCalls[i], $"chat.messages[{index}].tool_calls[{i}].arguments");
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteString("type", "tool_result");
        json.WriteString("tool_use_id", message.ToolCallId);
        json.WriteString("content", message.Content);
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, ToolCall call, string param)
    {
        json.WriteStartObject();
        json.WriteString("type", "tool_use");
        json.WriteString("id", call.Id);
        json.WriteString("name", call.Name);
        json.WritePropertyName("input");
        Refusals.ObjectOf(call.Arguments, param).WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter json, ToolDefinition tool, int index)
    {
        json.WriteStartObject();
        json.WriteString("name", tool.Name);
        if (tool.Description.Length > 0) json.WriteString("description", tool.Description);
        json.WritePropertyName("input_schema");
        var schema = tool.ParametersSchema.Length > 0 ? tool.ParametersSchema : """{"type":"object"}""";
        Refusals.ObjectOf(schema, $"tools[{index}].parameters_schema").WriteTo(json);
        if (tool.Strict) json.WriteBoolean("strict", true);
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, ToolChoice choice)
    {
        if (choice is { Mode: ToolMode.Unspecified, Single: false }) return;
        json.WriteStartObject("tool_choice");
        json.WriteString("type", choice.Mode switch
        {
            ToolMode.None => "none",
            ToolMode.Required => "any",
            ToolMode.Named => "tool",
            _ => "auto",
        });
        if (choice.Mode == ToolMode.Named) json.WriteString("name", choice.Name);
        if (choice.Single && choice.Mode != ToolMode.None) json.WriteBoolean("disable_parallel_tool_use", true);
        json.WriteEndObject();
    }
}
