using System.Text.Json;
using Millrace.TestShared;

namespace Millrace.Grounding.Tests.Scoring;

/// <summary>A sentence of an answer, and whether its contexts support it.</summary>
/// <param name="Kind">What was done to it: <c>verbatim</c>, <c>paraphrase</c>, <c>combined</c> or <c>empty</c> where it is supported;
/// <c>number</c>, <c>unit</c>, <c>entity</c>, <c>negation</c>, <c>addition</c> or <c>partial</c> where it is not.</param>
/// <param name="Text">The sentence.</param>
/// <param name="IsSupported">Whether the contexts support it.</param>
/// <param name="Contexts">The texts that its writer was given.</param>
/// <param name="Question">What was asked; may be empty.</param>
public sealed record LabelledAnswer(string Kind, string Text, bool IsSupported, IReadOnlyList<string> Contexts, string Question);

/// <summary>Sentences by which the scores are tuned and measured, written for this project.</summary>
public static class GroundingSet
{
    public static IReadOnlyList<LabelledAnswer> Load(string name)
    {
        using var file = File.OpenRead(Path.Combine(RepoPaths.Root, "tests", "Grounding.Tests", name));
        using var json = JsonDocument.Parse(file);
        return [.. json.RootElement.EnumerateArray().SelectMany(Topic)];
    }

    public static double Score(LabelledAnswer answer) =>
        AnswerGrounding.Overall(new AnswerGrounding(answer.Contexts, answer.Question).Judge(answer.Text));

    private static IEnumerable<LabelledAnswer> Topic(JsonElement topic)
    {
        string[] contexts = [.. topic.GetProperty("contexts").EnumerateArray().Select(text => text.GetString()!)];
        var question = topic.GetProperty("question").GetString()!;
        return [.. topic.GetProperty("sentences").EnumerateArray().Select(sentence => new LabelledAnswer(
            sentence[0].GetString()!, sentence[1].GetString()!, sentence[2].GetInt32() == 1, contexts, question))];
    }
}
