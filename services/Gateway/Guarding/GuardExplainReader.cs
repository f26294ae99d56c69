using System.Text.Json;
using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Api;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Guarding;

/// <summary>The body of <c>POST /v1/guardrails/explain</c>.</summary>
internal static class GuardExplainReader
{
    private const int PolicyCharsMax = 256;

    /// <summary>The parameters that are honoured.</summary>
    public static IEnumerable<string> HonouredNames { get; } = ["text", "policy", "direction", "source"];

    /// <summary>Reads a body.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or not supported; the exception names it.</exception>
    public static ExplainRequest Read(JsonElement body)
    {
        var request = new ExplainRequest();
        string? text = null;
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (!HonouredNames.Contains(field.Name)) throw field.Unknown();
            if (field.Name == "text") text = field.Text();
            else if (!field.IsNull) Read(field, request);
        }

        request.Text = text ?? throw MillraceException.InvalidArgument("text", "'text' is missing. Send the text to be explained.");
        return request;
    }

    private static void Read(JsonField field, ExplainRequest request)
    {
        if (field.Name == "policy") request.Policy = field.Text(PolicyCharsMax);
        else if (field.Name == "direction") request.Direction = Direction(field);
        else request.Source = Source(field);
    }

    private static GuardDirection Direction(JsonField field) => field.Text() switch
    {
        "input" => GuardDirection.Input,
        "output" => GuardDirection.Output,
        _ => throw field.Invalid("must be input or output"),
    };

    private static TextSource Source(JsonField field) => field.Text() switch
    {
        "user" => TextSource.User,
        "system" => TextSource.System,
        "assistant" => TextSource.Assistant,
        "document" => TextSource.Document,
        "tool" => TextSource.Tool,
        _ => throw field.Invalid("must be user, system, assistant, document or tool"),
    };
}
