using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.TestShared;

namespace Millrace.Bench.Retrieval;

/// <summary>A question and what answers it.</summary>
/// <param name="Text">The question.</param>
/// <param name="Sources">Sources that answer it, at least one.</param>
internal sealed record BenchQuestion(string Text, IReadOnlySet<string> Sources);

/// <summary>Documents and questions about them.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="Documents">The documents.</param>
/// <param name="Questions">The questions.</param>
/// <param name="SourceOf">What a document's id stands for among the questions' sources.</param>
internal sealed record QualityData(
    string Name, IReadOnlyList<BenchDocument> Documents, IReadOnlyList<BenchQuestion> Questions, Func<string, string> SourceOf)
{
    /// <summary>The sample knowledge base; a source is a document.</summary>
    public static QualityData Samples(int questionsMax)
    {
        var folder = Path.Combine(RepoPaths.Root, "samples");
        var pages = Path.Combine(folder, "knowledge-base");
        var documents = Directory.EnumerateFiles(pages, "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => (Path: path, Id: Path.GetRelativePath(pages, path).Replace('\\', '/')))
            .Select(page => new BenchDocument(page.Id, File.ReadAllText(page.Path), "text/markdown"));
        var questions = Read<SampleQuestion>(Path.Combine(folder, "questions.json"))
            .Where(question => question.IsAnswerable)
            .Select(question => new BenchQuestion(question.Text, question.Sources.ToHashSet()));
        return new QualityData("samples", [.. documents], [.. questions.Take(questionsMax)], id => id);
    }

    /// <summary>The public questions about chunks of documentation, each chunk a document; null where they are not there.</summary>
    public static QualityData? AnthropicDocs(int questionsMax)
    {
        if (RepoPaths.SharedData is not { } shared || !Directory.Exists(Path.Combine(shared, "anthropic-docs"))) return null;
        var folder = Path.Combine(shared, "anthropic-docs");
        var chunks = Read<DocsChunk>(Path.Combine(folder, "chunks.json"));
        var documents = chunks.Select((chunk, i) => new BenchDocument(i.ToString(CultureInfo.InvariantCulture), chunk.Text, "text/plain"));
        var questions = Read<DocsQuestion>(Path.Combine(folder, "questions.json"))
            .Select(question => new BenchQuestion(question.Text, question.Chunks.ToHashSet()));
        return new QualityData(
            "anthropic-docs",
            [.. documents],
            [.. questions.Take(questionsMax)],
            id => chunks[int.Parse(id, CultureInfo.InvariantCulture)].Link);
    }

    private static T[] Read<T>(string path) => JsonSerializer.Deserialize<T[]>(File.ReadAllText(path)) ?? [];

    private sealed record SampleQuestion(
        [property: JsonPropertyName("question")] string Text,
        [property: JsonPropertyName("answerable")] bool IsAnswerable,
        [property: JsonPropertyName("sources")] string[] Sources);

    private sealed record DocsChunk(
        [property: JsonPropertyName("chunk_link")] string Link, [property: JsonPropertyName("text")] string Text);

    private sealed record DocsQuestion(
        [property: JsonPropertyName("question")] string Text, [property: JsonPropertyName("correct_chunks")] string[] Chunks);
}
