using System.Text.Json;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>A request for embeddings.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Inputs">The texts, 1 to 2,048; none empty.</param>
/// <param name="Dimension">Length of the vectors; 0 for the model's own.</param>
/// <param name="Base64">Whether vectors are written as base64 of little-endian float32 values instead of numbers.</param>
internal sealed record EmbeddingsRequest(string Model, IReadOnlyList<string> Inputs, int Dimension, bool Base64);

/// <summary>The body of a request for embeddings.</summary>
internal static class EmbeddingsRequestReader
{
    private const int InputsMax = 2048;
    private const int DimensionMax = 65_536;
    private static readonly string[] Known = ["model", "input", "dimensions", "encoding_format", "user"];

    /// <summary>The parameters that are known.</summary>
    public static IEnumerable<string> HonouredNames => Known;

    /// <summary>Reads a body.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or not supported; the exception names it.</exception>
    public static EmbeddingsRequest Read(JsonElement body)
    {
        var request = new EmbeddingsRequest(string.Empty, [], 0, false);
        foreach (var field in JsonField.Root(body).Properties())
            if (!field.IsNull || !Known.Contains(field.Name)) request = Read(request, field);
        if (request.Model.Length == 0)
            throw MillraceException.InvalidArgument("model", "'model' is missing. Name a model; GET /v1/models lists them.");
        if (request.Inputs.Count == 0)
            throw MillraceException.InvalidArgument("input", "'input' is missing. Send a text or an array of texts.");
        return request;
    }

    private static EmbeddingsRequest Read(EmbeddingsRequest request, JsonField field)
    {
        switch (field.Name)
        {
            case "model": return request with { Model = field.Text(256) };
            case "input": return request with { Inputs = Inputs(field) };
            case "dimensions": return request with { Dimension = (int)field.Integer(1, DimensionMax) };
            case "encoding_format": return request with { Base64 = IsBase64(field) };
            case "user":
                field.Text(1024);
                return request;
            default: throw field.Unknown();
        }
    }

    private static IReadOnlyList<string> Inputs(JsonField field) =>
        field.Kind == JsonValueKind.String ? [Input(field)] : [.. field.Items(1, InputsMax).Select(Input)];

    private static string Input(JsonField field)
    {
        if (field.Kind is JsonValueKind.Number or JsonValueKind.Array)
            throw new MillraceException(
                Reason.UnsupportedParameter, $"'{field.Path}' is made of token ids. Send text: tokens differ between models.")
            {
                Param = "input",
            };
        return field.Text() is { Length: > 0 } text ? text : throw field.Invalid("must not be empty");
    }

    private static bool IsBase64(JsonField field) => field.Text() switch
    {
        "base64" => true,
        "float" => false,
        _ => throw field.Invalid("must be \"float\" or \"base64\""),
    };
}
