using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Millrace.Upstreams;

/// <summary>Steps of a reader that knows what it looks for. What is not of the expected kind is a <see cref="JsonException"/>.</summary>
internal static class JsonSteps
{
    /// <summary>Goes to the next property's name.</summary>
    /// <returns>False at the end of the object.</returns>
    public static bool NextName(this ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    /// <summary>Whether the property is called this.</summary>
    public static bool Is(this ref Utf8JsonReader json, ReadOnlySpan<byte> name) => json.ValueTextEquals(name);

    /// <summary>Goes to the end of the property's value.</summary>
    public static void SkipValue(this ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    /// <summary>Goes into a value.</summary>
    /// <returns>False when it is null.</returns>
    public static bool Begin(this ref Utf8JsonReader json, JsonTokenType kind)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return false;
        json.Require(kind);
        return true;
    }

    /// <summary>Goes to the next item of an array, which is of a kind.</summary>
    /// <returns>False at the end of the array.</returns>
    public static bool NextItem(this ref Utf8JsonReader json, JsonTokenType kind)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.EndArray) return false;
        json.Require(kind);
        return true;
    }

    /// <summary>Fails unless the reader is at this.</summary>
    public static void Require(this ref Utf8JsonReader json, JsonTokenType kind)
    {
        if (json.TokenType != kind) throw new JsonException($"There is {json.TokenType} in place of {kind}.");
    }

    /// <summary>Reads the property's value, a whole number.</summary>
    public static int ReadInt32(this ref Utf8JsonReader json)
    {
        json.Read();
        json.Require(JsonTokenType.Number);
        return json.TryGetInt32(out var value) ? value : throw new JsonException("There is a number that is no index.");
    }

    /// <summary>Reads the property's value, a text or null.</summary>
    public static string? ReadText(this ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        json.Require(JsonTokenType.String);
        return json.Text();
    }

    /// <summary>Goes to the property's value, a text or null.</summary>
    /// <returns>Whether it is a text that is not empty.</returns>
    public static bool ReadsText(this ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return false;
        json.Require(JsonTokenType.String);
        return json.ValueSpan.Length > 0;
    }

    /// <summary>The text that the reader is at.</summary>
    public static string Text(this ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString() ?? "";
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("There is a text that is no UTF-8 or no Unicode.", error);
        }
    }

    /// <summary>Reads the property's value, whatever it consists of.</summary>
    public static T? ReadValue<T>(this ref Utf8JsonReader json, JsonTypeInfo<T> type)
    {
        json.Read();
        return JsonSerializer.Deserialize(ref json, type);
    }
}
