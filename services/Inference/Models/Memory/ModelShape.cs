using Millrace.LlamaCpp.Gguf;

namespace Millrace.Inference.Models.Memory;

/// <summary>The sizes of a model that its memory follows from, as the head of its file states them.</summary>
internal sealed record ModelShape
{
    private const int WidthMax = 1 << 20;
    private const int VocabularyMax = 1 << 22;

    /// <summary>Bytes of all tensors.</summary>
    public required long TensorBytes { get; init; }

    /// <summary>Tokens that it was trained with.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Width of the hidden state.</summary>
    public required int Width { get; init; }

    /// <summary>Width within the feed-forward layers; the widest.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Attention heads; the most of a layer.</summary>
    public required int Heads { get; init; }

    /// <summary>Tokens of the vocabulary.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Elements of a cell's keys, over all layers.</summary>
    public required long KeyElements { get; init; }

    /// <summary>Elements of a cell's values, over all layers.</summary>
    public required long ValueElements { get; init; }

    /// <summary>Elements of a sequence's state in recurrent layers.</summary>
    public required long StateElements { get; init; }

    /// <summary>Reads the shape.</summary>
    public static ModelShape Of(GgufHeader header)
    {
        var (metadata, prefix) = (header.Metadata, header.Architecture + ".");
        var layers = Number(metadata, prefix + "block_count", 512);
        var width = Number(metadata, prefix + "embedding_length", WidthMax);
        var heads = Most(metadata, prefix + "attention.head_count");
        var headSize = heads == 0 ? 0 : width / heads;
        var kvHeads = KvHeads(metadata, prefix, layers);
        return new ModelShape
        {
            TensorBytes = header.TensorBytes,
            ContextTokens = Number(metadata, prefix + "context_length", 1 << 24),
            Width = width,
            FeedForward = Most(metadata, prefix + "feed_forward_length"),
            Heads = heads,
            Vocabulary = metadata.List("tokenizer.ggml.tokens") is { } tokens
                ? (int)Math.Min(tokens.Count, VocabularyMax)
                : Number(metadata, prefix + "vocab_size", VocabularyMax),
            KeyElements = kvHeads * Number(metadata, prefix + "attention.key_length", WidthMax, headSize),
            ValueElements = kvHeads * Number(metadata, prefix + "attention.value_length", WidthMax, headSize),
            StateElements = layers * StateOf(metadata, prefix),
        };
    }

    /// <summary>Heads with keys and values of all layers together: one number for all, or one per layer.</summary>
    private static long KvHeads(GgufMetadata metadata, string prefix, int layers)
    {
        var perLayer = metadata.Numbers(prefix + "attention.head_count_kv");
        if (perLayer.Count == 0) perLayer = metadata.Numbers(prefix + "attention.head_count");
        return perLayer.Count == 1
            ? layers * (long)Bounded(perLayer[0], WidthMax)
            : perLayer.Take(layers).Sum(heads => (long)Bounded(heads, WidthMax));
    }

    private static long StateOf(GgufMetadata metadata, string prefix)
    {
        var inner = (long)Number(metadata, prefix + "ssm.inner_size", WidthMax);
        var state = Number(metadata, prefix + "ssm.state_size", WidthMax);
        return inner * (state + Math.Max(0, Number(metadata, prefix + "ssm.conv_kernel", 1024) - 1));
    }

    private static int Most(GgufMetadata metadata, string key) =>
        metadata.Numbers(key) is { Count: > 0 } numbers ? Bounded(numbers.Max(), WidthMax) : 0;

    private static int Number(GgufMetadata metadata, string key, int most, int otherwise = 0) =>
        metadata.Number(key) is { } number ? Bounded(number, most) : otherwise;

    private static int Bounded(double number, int most) => number >= 0 ? (int)Math.Min(number, most) : 0;
}
