using System.Collections.Frozen;
using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Gateway.Api.Documents;

/// <summary>The <c>chunking</c> field of a collection.</summary>
internal static class ChunkingFields
{
    private const int TokensMax = 65_536;

    private static readonly FrozenDictionary<string, ChunkingStrategy> Strategies = new Dictionary<string, ChunkingStrategy>
    {
        ["default"] = ChunkingStrategy.Unspecified,
        ["recursive"] = ChunkingStrategy.Recursive,
        ["paragraph"] = ChunkingStrategy.Paragraph,
        ["markdown"] = ChunkingStrategy.Markdown,
        ["sentence_window"] = ChunkingStrategy.SentenceWindow,
        ["semantic"] = ChunkingStrategy.Semantic,
        ["fixed"] = ChunkingStrategy.Fixed,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Name of a strategy in the API.</summary>
    public static string Name(ChunkingStrategy strategy) => Strategies.FirstOrDefault(entry => entry.Value == strategy).Key ?? "default";

    /// <summary>Reads the field.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">A part is wrong or not known; the exception names it.</exception>
    public static ChunkingSettings Read(JsonField chunking)
    {
        var settings = new ChunkingSettings();
        foreach (var field in chunking.Properties().Where(field => !field.IsNull)) Set(settings, field);
        return settings;
    }

    private static void Set(ChunkingSettings settings, JsonField field)
    {
        if (field.Name == "strategy") settings.Strategy = Strategy(field);
        else if (field.Name == "chunk_tokens_max") settings.ChunkTokensMax = (uint)field.Integer(1, TokensMax);
        else if (field.Name == "chunk_tokens_min") settings.ChunkTokensMin = (uint)field.Integer(1, TokensMax);
        else if (field.Name == "overlap_tokens") settings.OverlapTokens = (uint)field.Integer(0, TokensMax);
        else if (field.Name == "window_sentences") settings.WindowSentences = (uint)field.Integer(1, 1000);
        else if (field.Name == "breakpoint_percentile") settings.BreakpointPercentile = (uint)field.Integer(50, 99);
        else if (field.Name == "contextual_header") settings.ContextualHeader = field.Boolean();
        else throw field.Unknown();
    }

    private static ChunkingStrategy Strategy(JsonField field) => Strategies.TryGetValue(field.Text(), out var strategy)
        ? strategy
        : throw field.Invalid($"must be one of {string.Join(", ", Strategies.Keys.Order(StringComparer.Ordinal))}");
}
