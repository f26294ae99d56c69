using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.LlamaCpp.Tests;

/// <summary>One line of an evaluation set, and the prompt that the chat model was trained on.</summary>
internal sealed record GroundedCase
{
    private const string SystemPrompt =
        "You are a helpful assistant that answers questions based on the provided context. Rules:\n"
        + "1. Only answer based on the provided context. If the context doesn't contain the answer, "
        + "say 'I don't have enough information to answer that.'\n"
        + "2. Cite your sources using [1], [2], etc. corresponding to the context chunks.\n"
        + "3. Be concise. Aim for 2-3 sentences unless the question requires more detail.\n"
        + "4. Never make up information. Never hallucinate.";

    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("contexts")]
    public required IReadOnlyList<Chunk> Contexts { get; init; }

    [JsonPropertyName("question")]
    public required string Question { get; init; }

    [JsonPropertyName("expected")]
    public required string Expected { get; init; }

    /// <summary>The prompt spelled out as in training, without the chat template.</summary>
    public string Prompt => $"<|im_start|>system\n{SystemPrompt}<|im_end|>\n<|im_start|>user\n{User}<|im_end|>\n<|im_start|>assistant\n";

    public IReadOnlyList<LlamaChatMessage> Messages => [new("system", SystemPrompt), new("user", User)];

    private string User =>
        $"Context:\n{string.Join("\n\n---\n\n", Contexts.Select(Render))}\n\nQuestion: {Question}\n\nAnswer based on the context above:";

    public static IReadOnlyList<GroundedCase> Load(string path, params string[] ids) =>
    [
        .. File.ReadLines(path)
            .Select(line => JsonSerializer.Deserialize<GroundedCase>(line)!)
            .Where(one => ids.Length == 0 || ids.Contains(one.Id)),
    ];

    private static string Render(Chunk chunk, int index) => $"[{index + 1}] (Source: {chunk.Source})\n{chunk.Text}";

    internal sealed record Chunk([property: JsonPropertyName("source")] string Source, [property: JsonPropertyName("text")] string Text);
}
