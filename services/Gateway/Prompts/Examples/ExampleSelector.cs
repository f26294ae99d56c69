using Microsoft.Extensions.Caching.Memory;
using Millrace.Contracts.Embedding.V1;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Prompts.Examples;

/// <summary>
/// Chooses the examples of a prompt that are most like the question, as many as fit their budget. The examples are embedded once, when they
/// are first needed; without embeddings the first ones of the file are taken.
/// </summary>
public sealed class ExampleSelector(TextEmbedder embedder, PromptCounter counter) : IDisposable
{
    private const int PromptsMax = 64;

    private readonly MemoryCache _vectors = new(new MemoryCacheOptions { SizeLimit = PromptsMax });

    /// <summary>Chooses.</summary>
    /// <param name="run">The request.</param>
    /// <param name="template">The prompt.</param>
    /// <param name="question">The user's question.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The examples, the most similar one last, so that it stands nearest to the question.</returns>
    public async Task<IReadOnlyList<PromptExample>> SelectAsync(
        ChatRun run, PromptTemplate template, string question, CancellationToken cancellationToken)
    {
        if (template.Examples.Count == 0 || string.IsNullOrWhiteSpace(question)) return [];
        var ordered = template.Examples.Count <= template.ExamplesMax
            ? template.Examples
            : await RankAsync(run, template, question, cancellationToken);
        List<PromptExample> chosen = [.. ordered.Take(template.ExamplesMax)];
        chosen = await WithinAsync(run.Plan.Model.Name, chosen, template.ExamplesTokensMax, cancellationToken);
        chosen.Reverse();
        return chosen;
    }

    /// <inheritdoc/>
    public void Dispose() => _vectors.Dispose();

    private async Task<IReadOnlyList<PromptExample>> RankAsync(
        ChatRun run, PromptTemplate template, string question, CancellationToken cancellationToken)
    {
        var asked = run.QuestionVector is { } made
            ? TextVectors.Of(made)
            : await embedder.TryEmbedAsync([question], new EmbeddingSpace(string.Empty, 0, EmbedPurpose.Query), cancellationToken);
        if (asked is not null && await VectorsAsync(template, asked, cancellationToken) is { } examples)
            return
            [
                .. template.Examples.Index().OrderByDescending(item => asked.Similarity(0, examples, item.Index)).Select(item => item.Item),
            ];
        run.Degrade(DegradedModes.Examples);
        return template.Examples;
    }

    // A question is compared with questions, so that both are embedded as questions.
    private async Task<TextVectors?> VectorsAsync(PromptTemplate template, TextVectors like, CancellationToken cancellationToken)
    {
        var key = (template.Name, template.Version, like.Model, like.Dimension);
        if (_vectors.TryGetValue(key, out TextVectors? known) && known is not null) return known;
        var space = new EmbeddingSpace(like.Model, like.Dimension, EmbedPurpose.Query);
        var made = await embedder.TryEmbedAsync([.. template.Examples.Select(example => example.Question)], space, cancellationToken);
        return made is null || made.Dimension != like.Dimension
            ? null
            : _vectors.Set(key, made, new MemoryCacheEntryOptions { Size = 1 });
    }

    private async Task<List<PromptExample>> WithinAsync(
        string model, List<PromptExample> examples, int tokensMax, CancellationToken cancellationToken)
    {
        var counts = await counter.CountAsync(model, [.. examples.Select(example => example.Asked + example.Answer)], cancellationToken);
        var used = 0;
        return [.. examples.Where((_, index) => used + counts[index] <= tokensMax && (used += counts[index]) > 0)];
    }
}
