using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>Messages and tools as OpenAI's API writes them.</summary>
internal static class OpenAiMessages
{
    // That API demands one.
    private const string NoName = "answer";

    /// <summary>The messages.</summary>
    public static void Write(Utf8JsonWriter json, ChatPrompt chat)
    {
        json.WriteStartArray("messages");
        for (var i = 0; i < chat.Messages.Count; i++) WriteMessage(json, chat.Messages[i], i);
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

    /// <summary>The form of the answer.</summary>
    public static void WriteFormat(Utf8JsonWriter json, ResponseFormat? format)
    {
        if (format is null) return;
        json.WriteStartObject("response_format");
        json.WriteString("type", format.Schema.Length == 0 ? "json_object" : "json_schema");
        if (format.Schema.Length > 0) WriteSchema(json, format);
        json.WriteEndObject();
    }

    private static void WriteSchema(Utf8JsonWriter json, ResponseFormat format)
    {
        json.WriteStartObject("json_schema");
        json.WriteString("name", format.Name.Length > 0 ? format.Name : NoName);
        if (format.Description.Length > 0) json.WriteString("description", format.Description);
        json.WritePropertyName("schema");
        Refusals.ObjectOf(format.Schema, "response_format.schema").WriteTo(json);
        if (format.Strict) json.WriteBoolean("strict", true);
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatMessage message, int index)
    {
        json.WriteStartObject();
        json.WriteString("role", RoleOf(message.Role, index));
        if (message.Content.Length == 0 && message.ToolCalls.Count > 0) json.WriteNull("content");
        else json.WriteString("content", message.Content);
        if (message.Name.Length > 0 && message.Role != ChatRole.Tool) json.WriteString("name", message.Name);
        if (message.Role == ChatRole.Tool) json.WriteString("tool_call_id", message.ToolCallId);
        if (message.ToolCalls.Count > 0) WriteCalls(json, message);
        json.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartArray("tool_calls");
        foreach (var call in message.ToolCalls)
        {
            json.WriteStartObject();
            json.WriteString("id", call.Id);
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", call.Name);
            json.WriteString("arguments", call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTool(Utf8JsonWriter json, ToolDefinition tool, int index)
    {
        json.WriteStartObject();
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", tool.Name);
        if (tool.Description.Length > 0) json.WriteString("description", tool.Description);
        if (tool.ParametersSchema.Length > 0)
        {
            json.WritePropertyName("parameters");
            Refusals.ObjectOf(tool.ParametersSchema, $"tools[{index}].parameters_schema").WriteTo(json);
        }

        if (tool.Strict) json.WriteBoolean("strict", true);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, ToolChoice choice)
    {
        if (choice.Single) json.WriteBoolean("parallel_tool_calls", false);
        if (choice.Mode == ToolMode.Auto) json.WriteString("tool_choice", "auto");
        if (choice.Mode == ToolMode.None) json.WriteString("tool_choice", "none");
        if (choice.Mode == ToolMode.Required) json.WriteString("tool_choice", "required");
        if (choice.Mode != ToolMode.Named) return;
        json.WriteStartObject("tool_choice");
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", choice.Name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string RoleOf(ChatRole role, int index) => role switch
    {
        ChatRole.System => "system",
        ChatRole.User => "user",
        ChatRole.Assistant => "assistant",
        ChatRole.Tool => "tool",
        _ => throw MillraceException.InvalidArgument(
            $"chat.messages[{index}].role", $"chat.messages[{index}].role is {role}; use system, user, assistant or tool."),
    };
}
