using System.Text.Json.Serialization;

namespace Millrace.ApiKeys;

/// <summary>The file of keys.</summary>
/// <param name="Version">Version of the file's form.</param>
/// <param name="Keys">The keys, oldest first.</param>
internal sealed record KeyDocument(int Version, IReadOnlyList<ApiKey> Keys)
{
    /// <summary>The version that this code reads and writes.</summary>
    public const int Current = 1;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(KeyDocument))]
internal sealed partial class KeyDocumentJson : JsonSerializerContext;
