using System.Text.Json;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Retrieval;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Citations;

/// <summary>A sentence of an answer with one marker, and what should become of the marker.</summary>
/// <param name="Kind">What is wrong with it, if anything: <c>right</c>, <c>paraphrased</c>, <c>wrong_number</c>, <c>number_changed</c>,
/// <c>negated</c>, <c>unsupported</c> or <c>partial</c>.</param>
/// <param name="Said">The sentence, with its marker.</param>
/// <param name="Supporting">Numbers of the passages that support it; none when its marker must go.</param>
/// <param name="Evidence">Words that the quote must touch.</param>
/// <param name="Passages">The passages of its prompt.</param>
public sealed record LabelledSentence(
    string Kind, string Said, IReadOnlyList<int> Supporting, string Evidence, IReadOnlyList<RetrievedPassage> Passages);

/// <summary>What became of a labelled sentence's marker.</summary>
/// <param name="Sentence">The sentence.</param>
/// <param name="Citation">The citation that was left; null for none.</param>
public sealed record JudgedSentence(LabelledSentence Sentence, Citation? Citation)
{
    /// <summary>Whether a citation is left, and its words support the sentence.</summary>
    public bool IsRight => Citation is { } citation && Sentence.Supporting.Contains(citation.Number) && Touches(citation);

    private bool Touches(Citation citation)
    {
        var start = Sentence.Passages[citation.Number - 1].Text.IndexOf(Sentence.Evidence, StringComparison.Ordinal);
        return citation.SourceStart < start + Sentence.Evidence.Length && start < citation.SourceStart + citation.SourceLength;
    }
}

/// <summary>The sentences by which the verification of citations is tuned and measured, written for this project.</summary>
internal static class SupportSet
{
    /// <summary>Reads a set.</summary>
    public static IReadOnlyList<LabelledSentence> Load(string name)
    {
        using var file = File.OpenRead(Path.Combine(RepoPaths.Root, "tests", "Gateway.Tests", "Citations", name));
        using var json = JsonDocument.Parse(file);
        return [.. json.RootElement.EnumerateArray().SelectMany(Topic)];
    }

    /// <summary>Has each sentence cited by itself.</summary>
    public static IReadOnlyList<JudgedSentence> Judge(IEnumerable<LabelledSentence> sentences) => [.. sentences.Select(sentence =>
    {
        var options = new CitationOptions();
        var answer = new CitedAnswer(new SourceText(sentence.Passages), new CitationVerifier(options), options.HeldCharsMax);
        answer.Push(sentence.Said);
        answer.Finish();
        return new JudgedSentence(sentence, answer.Citations.SingleOrDefault());
    })];

    private static IEnumerable<LabelledSentence> Topic(JsonElement topic)
    {
        RetrievedPassage[] passages = [.. topic.GetProperty("passages").EnumerateArray().Select(Passage)];
        foreach (var sentence in topic.GetProperty("sentences").EnumerateArray())
            yield return new LabelledSentence(
                sentence[0].GetString()!,
                sentence[1].GetString()!,
                [.. sentence[2].EnumerateArray().Select(number => number.GetInt32())],
                sentence[3].GetString()!,
                passages);
    }

    private static RetrievedPassage Passage(JsonElement passage, int index)
    {
        var title = passage.GetProperty("title").GetString()!;
        return new RetrievedPassage(index + 1, "c", $"{index + 1}.md", 1, title, [], passage.GetProperty("text").GetString()!, 0);
    }
}
