using System.Text.Json;
using Millrace.Gateway.Api;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Moderation;

/// <summary>The body of <c>POST /v1/moderations</c>.</summary>
internal static class ModerationRequestReader
{
    private const int InputsMax = 1024;

    /// <summary>The parameters that are honoured.</summary>
    public static IEnumerable<string> HonouredNames { get; } = ["input"];

    /// <summary>The parameters that change nothing: there is one guard.</summary>
    public static IEnumerable<string> NeutralNames { get; } = ["model"];

    /// <summary>Reads a body.</summary>
    /// <returns>The texts; those of parts of one input are joined.</returns>
    /// <exception cref="MillraceException">A field is missing, wrong or not supported; the exception names it.</exception>
    public static IReadOnlyList<string> Read(JsonElement body)
    {
        IReadOnlyList<string>? inputs = null;
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (field.Name == "input") inputs = Inputs(field);
            else if (field.Name != "model") throw field.Unknown();
            else if (!field.IsNull) field.Text(256);
        }

        return inputs ?? throw MillraceException.InvalidArgument("input", "'input' is missing. Send a text or an array of texts.");
    }

    private static IReadOnlyList<string> Inputs(JsonField field)
    {
        if (field.Kind == JsonValueKind.String) return [field.Text()];
        var items = field.Items(1, InputsMax);
        return items[0].Kind == JsonValueKind.Object
            ? [string.Join('\n', items.Select(Part))]
            : [.. items.Select(item => item.Text())];
    }

    private static string Part(JsonField part)
    {
        string? text = null;
        foreach (var field in part.Properties())
        {
            if (field.Name == "text") text = field.Text();
            else if (field.Name != "type") throw field.Unknown();
            else if (field.Text() != "text") throw field.Unsupported("must be \"text\": images are not supported.");
        }

        return text ?? throw part.Missing("text");
    }
}
