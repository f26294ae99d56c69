using System.Globalization;
using Millrace.LlamaCpp;

namespace Millrace.Embedding.Models;

/// <summary>Which model can do what. llama.cpp itself finds out too late: it ends the process, or fails at the first text.</summary>
internal static class EncoderRules
{
    private static readonly string RankPooling = ((int)PoolingType.Rank).ToString(CultureInfo.InvariantCulture);
    private static readonly string NoPooling = ((int)PoolingType.None).ToString(CultureInfo.InvariantCulture);

    /// <summary>Checks that a model can do its task.</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">The task.</param>
    /// <param name="asked">How the operator wants it to pool.</param>
    /// <exception cref="LlamaException">It cannot; the message names the file and the remedy.</exception>
    public static void Check(LlamaModel model, EncoderTask task, EncoderPooling asked)
    {
        var pooling = model.GetMetadata($"{model.Metadata.Architecture}.pooling_type");
        if (task == EncoderTask.Embed && !CanEmbed(pooling, asked))
            throw Unfit(model, "makes no text embeddings", nameof(EncoderOptions.EmbeddingModels));
        if (task == EncoderTask.Rerank && !CanRank(model, pooling))
            throw Unfit(model, "is not a cross-encoder", nameof(EncoderOptions.RerankModels));
    }

    private static bool CanEmbed(string? pooling, EncoderPooling asked) =>
        pooling != RankPooling && (asked != EncoderPooling.FromModel || (pooling is not null && pooling != NoPooling));

    // Rerankers converted by older tools do not say how they pool, so that only another pooling rules a model out.
    private static bool CanRank(LlamaModel model, string? pooling) =>
        (pooling is null || pooling == RankPooling) && model.Vocab is { Cls: not null, Sep: not null };

    private static LlamaException Unfit(LlamaModel model, string what, string setting) =>
        new(LlamaFailure.LoadFailed, $"{model.Path} {what}; name another model in Embedding:{setting}");
}
