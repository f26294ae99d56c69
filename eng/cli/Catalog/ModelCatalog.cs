using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Cli.Catalog;

/// <summary>A model that can be downloaded; an entry of <c>models/catalog.json</c>.</summary>
/// <param name="Name">Short name, as <c>./run --model</c> takes it.</param>
/// <param name="Task">What it does: <c>chat</c>, <c>embedding</c> or <c>rerank</c>.</param>
/// <param name="Url">Where its GGUF file is; null for a built-in model.</param>
/// <param name="Sha256">Checksum of the file in hexadecimal; null when it is not known.</param>
/// <param name="SizeBytes">Size of the file; null when it is not known.</param>
public sealed record CatalogModel(string Name, string Task, string? Url, string? Sha256, long? SizeBytes);

/// <summary>The models that can be downloaded.</summary>
public sealed record ModelCatalog(IReadOnlyList<CatalogModel> Models)
{
    /// <summary>Reads a catalogue.</summary>
    /// <exception cref="CommandException">The file is missing or malformed.</exception>
    public static ModelCatalog Load(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, CatalogJson.Default.ModelCatalog)
                ?? throw new CommandException($"The catalogue {path} is empty.");
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new CommandException($"The catalogue {path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The model of this name.</summary>
    /// <exception cref="CommandException">There is none; the message lists those there are.</exception>
    public CatalogModel Find(string name) =>
        Models.FirstOrDefault(model => model.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new CommandException(
            $"No model '{name}' in the catalogue, and no such file. Known: {string.Join(", ", Models.Select(model => model.Name))}.");
}

/// <summary>Source-generated JSON of the catalogue.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ModelCatalog))]
internal sealed partial class CatalogJson : JsonSerializerContext;
