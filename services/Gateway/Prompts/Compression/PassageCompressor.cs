using System.Text;
using System.Text.Json.Nodes;
using Millrace.Contracts.Embedding.V1;
using Millrace.Gateway.Assistants;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Prompts.Compression;

/// <summary>
/// Shortens passages by sentences that say again what another one says: those that are most alike go first, and none once the goal is
/// reached. Sentences that differ in a number or a negation are never taken for the same, and every passage keeps one. Only what the prompt
/// shows becomes shorter: numbers of passages, their texts and all offsets stay, so that citations resolve as ever.
/// </summary>
public sealed class PassageCompressor(TextEmbedder embedder, PromptCounter counter, GatewayTelemetry telemetry)
{
    /// <summary>Share of words, in order, that two sentences must have in common where there are no vectors.</summary>
    private const double CommonWordsMin = 0.75;

    /// <summary>Most sentences that are compared with each other.</summary>
    private const int SentencesMax = 256;

    /// <summary>Shortens the passages of a context where the plan asks for that.</summary>
    public async Task<RetrievedContext?> CompressAsync(ChatRun run, RetrievedContext? context, CancellationToken cancellationToken)
    {
        if (context is null || run.Plan is not { Compression: { } options, Grounding.Mode: not GroundingMode.Quote }) return context;
        using var step = telemetry.Step("compress", run);
        IReadOnlyList<PassageSentence> sentences = [.. PassageSentence.Of(context.Passages).Take(SentencesMax)];
        if (sentences.Count < 2) return context;
        var counts = await CountAsync(run.Plan.Model.Name, sentences, cancellationToken);
        var excess = counts.Sum() - options.Goal(counts.Sum());
        if (excess <= 0) return context;

        var space = new EmbeddingSpace(string.Empty, 0, EmbedPurpose.Passage);
        var vectors = await embedder.TryEmbedAsync([.. sentences.Select(sentence => sentence.Text)], space, cancellationToken);
        if (vectors is null) run.Degrade(DegradedModes.Compression);
        var dropped = new Redundancy(sentences, (i, j) => IsAlike(sentences, vectors, options, (i, j))).Drop(counts, excess);
        Tell(run, sentences.Count, dropped.Count, vectors is not null);
        return new RetrievedContext(
            [.. context.Passages.Select((passage, index) => Shorten(passage, dropped.Where(sentence => sentence.Passage == index)))]);
    }

    /// <summary>How alike two sentences are; 0 when they say different things.</summary>
    private static double IsAlike(
        IReadOnlyList<PassageSentence> sentences, TextVectors? vectors, CompressionOptions options, (int First, int Second) pair)
    {
        var (first, second) = (sentences[pair.First], sentences[pair.Second]);
        if (first.Facts != second.Facts) return 0;
        var alike = vectors?.Similarity(pair.First, vectors, pair.Second) ?? WordSimilarity.Ratio(first.Words, second.Words);
        return alike >= (vectors is null ? CommonWordsMin : options.SimilarityMin) ? alike : 0;
    }

    // No tokenizer makes more tokens than there are bytes.
    private async Task<IReadOnlyList<int>> CountAsync(
        string model, IReadOnlyList<PassageSentence> sentences, CancellationToken cancellationToken)
    {
        try
        {
            return await counter.CountAsync(model, [.. sentences.Select(sentence => sentence.Text)], cancellationToken);
        }
        catch (MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            return [.. sentences.Select(sentence => Encoding.UTF8.GetByteCount(sentence.Text))];
        }
    }

    private static RetrievedPassage Shorten(RetrievedPassage passage, IEnumerable<PassageSentence> dropped)
    {
        var shown = new StringBuilder();
        var at = 0;
        foreach (var sentence in dropped.OrderBy(sentence => sentence.Start))
        {
            shown.Append(passage.Text, at, sentence.Start - at);
            at = sentence.End;
        }

        return at == 0 ? passage : passage with { Shown = shown.Append(passage.Text, at, passage.Text.Length - at).ToString().Trim() };
    }

    private static void Tell(ChatRun run, int sentences, int dropped, bool byMeaning) => run.Decide(
        "compress", $"{dropped} sentences dropped", new JsonObject { ["sentences"] = sentences, ["by_meaning"] = byMeaning });
}
