using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api.Responses;

/// <summary>What is kept of a response as a whole.</summary>
internal sealed record ResponseRecord
{
    /// <summary>The response, as it is told.</summary>
    public required JsonElement Response { get; init; }

    /// <summary>What was put in.</summary>
    public required JsonElement Input { get; init; }

    /// <summary>The conversation that has its messages; null for none.</summary>
    public string? ConversationId { get; init; }

    /// <summary>Whether that conversation was made for a chain of responses.</summary>
    public bool OwnsConversation { get; init; }

    /// <summary>Ids of its messages there, the answer's last.</summary>
    public string[] MessageIds { get; init; } = [];

    /// <summary>Whether its events are kept.</summary>
    public bool IsStream { get; init; }

    /// <summary>Reads a record.</summary>
    public static ResponseRecord Read(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, ResponseRecordJson.Default.ResponseRecord)!;

    /// <summary>The record of a response as it stands.</summary>
    public static byte[] Of(
        ResponseState state, ResponsePlace place, IReadOnlyList<string> messageIds) => JsonSerializer.SerializeToUtf8Bytes(
        new ResponseRecord
        {
            Response = Element(state.Write),
            Input = Element(json =>
            {
                json.WriteStartArray();
                foreach (var item in state.Spec.Input) (item with { Id = $"in_{state.Suffix}_{item.Id}" }).Write(json);
                json.WriteEndArray();
            }),
            ConversationId = place.ConversationId,
            OwnsConversation = place.IsOwn,
            MessageIds = [.. messageIds],
            IsStream = state.Spec.Stream,
        },
        ResponseRecordJson.Default.ResponseRecord);

    private static JsonElement Element(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, ApiJson.WriterOptions)) write(json);
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}

internal sealed record DeletedResponseJson(string Id, string Object, bool Deleted);

internal sealed record InputListJson(string Object, JsonElement[] Data, string? FirstId, string? LastId, bool HasMore);

internal sealed record InputTokensJson(string Object, int InputTokens);

/// <summary>Source-generated JSON of what is kept and told of responses.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ResponseRecord))]
[JsonSerializable(typeof(ResponsePlace))]
[JsonSerializable(typeof(DeletedResponseJson))]
[JsonSerializable(typeof(InputListJson))]
[JsonSerializable(typeof(InputTokensJson))]
internal sealed partial class ResponseRecordJson : JsonSerializerContext;
