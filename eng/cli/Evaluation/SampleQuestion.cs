using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Cli.Evaluation;

/// <summary>A question about the samples; an entry of <c>samples/questions.json</c>.</summary>
/// <param name="Id">Id, for reports.</param>
/// <param name="Question">The question, worded as people ask.</param>
/// <param name="Answerable">Whether any document answers it.</param>
/// <param name="Sources">Ids of the documents that do.</param>
public sealed record SampleQuestion(string Id, string Question, bool Answerable, IReadOnlyList<string> Sources)
{
    /// <summary>Reads the questions.</summary>
    /// <exception cref="CommandException">The file is missing or malformed.</exception>
    public static IReadOnlyList<SampleQuestion> Load(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, QuestionJson.Default.SampleQuestionArray) ?? [];
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new CommandException($"The questions {path} cannot be read: {error.Message}", error);
        }
    }
}

/// <summary>Source-generated JSON of the questions.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SampleQuestion[]))]
internal sealed partial class QuestionJson : JsonSerializerContext;
