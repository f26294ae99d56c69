using System.Text.Json;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Api.Responses;

/// <summary>A request for a response, validated.</summary>
internal sealed record ResponseSpec
{
    /// <summary>The chat, without its place in a conversation.</summary>
    public required ChatRequest Chat { get; init; }

    /// <summary>What was put in, as items.</summary>
    public required IReadOnlyList<ResponseItem> Input { get; init; }

    /// <summary>Fields of the request that the response repeats, by name.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Echo { get; init; }

    /// <summary>Whether the answer is streamed.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether it is made while nobody waits.</summary>
    public bool Background { get; init; }

    /// <summary>Whether it can be asked for afterwards.</summary>
    public bool Store { get; init; } = true;

    /// <summary>The response that this one follows; null for none.</summary>
    public string? PreviousId { get; init; }

    /// <summary>The conversation that this one belongs to; null for none.</summary>
    public string? ConversationId { get; init; }
}

/// <summary>Where a response stands among messages.</summary>
/// <param name="ConversationId">The conversation; null for none.</param>
/// <param name="ParentId">The message that it follows; null for the last one.</param>
/// <param name="IsOwn">Whether the conversation was made for a chain of responses, and is not the application's.</param>
internal sealed record ResponsePlace(string? ConversationId, string? ParentId, bool IsOwn);

/// <summary>An item of a response's input or output.</summary>
internal sealed record ResponseItem
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><c>message</c>, <c>function_call</c> or <c>function_call_output</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The author of a message.</summary>
    public string? Role { get; init; }

    /// <summary>The text of a message, or the result of a call.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>The call.</summary>
    public string? CallId { get; init; }

    /// <summary>Name of the tool.</summary>
    public string? Name { get; init; }

    /// <summary>Arguments of a call.</summary>
    public string Arguments { get; init; } = string.Empty;

    /// <summary>The item as JSON.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, Type);
        json.WriteString("status"u8, "completed"u8);
        if (Type == "message") WriteMessage(json);
        else json.WriteString("call_id"u8, CallId);
        if (Type == "function_call")
        {
            json.WriteString("name"u8, Name);
            json.WriteString("arguments"u8, Arguments);
        }
        else if (Type == "function_call_output")
        {
            json.WriteString("output"u8, Text);
        }

        json.WriteEndObject();
    }

    private void WriteMessage(Utf8JsonWriter json)
    {
        json.WriteString("role"u8, Role);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, Role == "assistant" ? "output_text"u8 : "input_text"u8);
        json.WriteString("text"u8, Text);
        if (Role == "assistant")
        {
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }
}
