using System.Text;
using System.Text.Json;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>
/// Holds an answer to the form that was asked for, as its caller gets it. A choice that ended by itself must be JSON: an object where any
/// object was asked for, and of the schema's own top-level type where the schema is strict. One that was cut off or blocked says so by
/// its finish reason, one that met a stop string ends where the request wants it, and one that calls tools has no answer yet.
/// </summary>
/// <param name="format">The form; null for text.</param>
internal sealed class AnswerForm(ChatResponseFormat? format)
{
    private static readonly string[] Objects = ["object"];
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };

    private readonly Dictionary<int, StringBuilder> _texts = [];
    private readonly string[]? _types = format is null ? null : TypesOf(format);

    /// <summary>Takes the next event of the answer.</summary>
    /// <exception cref="MillraceException">A choice ended and does not have the form (invalid_answer).</exception>
    public void Take(ChatEvent next)
    {
        if (_types is null) return;
        if (next is ChatDelta delta) TextOf(delta.Choice).Append(delta.Text);
        if (next is ChatFinished { Reason: ChatFinishReason.Stop, Stop: null } finished) Check(TextOf(finished.Choice).ToString(), _types);
    }

    // Null for what promises nothing; empty for any type.
    private static string[]? TypesOf(ChatResponseFormat format)
    {
        if (format.Schema is null) return Objects;
        if (!format.Strict) return null;
        using var schema = JsonDocument.Parse(format.Schema);
        if (!schema.RootElement.TryGetProperty("type", out var type)) return [];
        return type.ValueKind switch
        {
            JsonValueKind.String => [type.GetString() ?? string.Empty],
            JsonValueKind.Array => [.. type.EnumerateArray().Select(item => item.ToString())],
            _ => [],
        };
    }

    private static void Check(string text, string[] types)
    {
        try
        {
            using var json = JsonDocument.Parse(text, Deep);
            if (types.Length == 0 || types.Contains(NameOf(json.RootElement)) || IsInteger(json.RootElement, types)) return;
        }
        catch (JsonException)
        {
            // Told below: the parser's own words would quote the answer.
        }

        var wanted = types.Length == 0 ? "JSON" : $"JSON of the type {string.Join(" or ", types)}";
        throw new MillraceException(
            Reason.InvalidAnswer,
            $"The model's answer is not {wanted}, which 'response_format' asks for. Ask again, or choose another model.");
    }

    private static bool IsInteger(JsonElement value, string[] types) =>
        value.ValueKind == JsonValueKind.Number && types.Contains("integer") && decimal.TryParse(
            value.GetRawText(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number)
        && number == decimal.Truncate(number);

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };

    private StringBuilder TextOf(int choice)
    {
        if (!_texts.TryGetValue(choice, out var text)) _texts[choice] = text = new StringBuilder();
        return text;
    }
}
