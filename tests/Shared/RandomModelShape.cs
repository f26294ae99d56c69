namespace Millrace.TestShared;

/// <summary>Shape of a Llama model.</summary>
public sealed record RandomModelShape
{
    /// <summary>About a million parameters: for tests of what needs a model, whichever.</summary>
    public static RandomModelShape OneMillion { get; } = new()
    {
        Name = "1m", Layers = 2, Width = 128, FeedForward = 256, Heads = 4, KvHeads = 2, Vocabulary = 2048, Element = GgufElement.F16,
    };

    /// <summary>64 million parameters: the smallest size that a CPU would be given in practice.</summary>
    public static RandomModelShape SixtyMillion { get; } = new()
    {
        Name = "60m", Layers = 12, Width = 512, FeedForward = 1280, Heads = 8, KvHeads = 2, Vocabulary = 32_000, Element = GgufElement.Q8,
    };

    /// <summary>Eight billion parameters in the shape of Llama 3: for a GPU.</summary>
    public static RandomModelShape EightBillion { get; } = new()
    {
        Name = "8b", Layers = 32, Width = 4096, FeedForward = 14_336, Heads = 32, KvHeads = 8, Vocabulary = 128_256,
        Element = GgufElement.Q8,
    };

    /// <summary>Name, which the file's name begins with.</summary>
    public required string Name { get; init; }

    /// <summary>Layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of the hidden state; a multiple of <see cref="Heads"/> and of 32.</summary>
    public required int Width { get; init; }

    /// <summary>Width of the feed-forward part; a multiple of 32.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Tokens of the vocabulary.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Type of the weights.</summary>
    public required GgufElement Element { get; init; }

    /// <summary>Context length that the file states.</summary>
    public int ContextTokens { get; init; } = 8192;

    /// <summary>Number of parameters.</summary>
    public long Parameters => (2L * Vocabulary * Width) + Width + (Layers * LayerParameters);

    internal int HeadWidth => Width / Heads;

    internal int KvWidth => HeadWidth * KvHeads;

    private long LayerParameters => (2L * Width) + (2L * Width * Width) + (2L * Width * KvWidth) + (3L * Width * FeedForward);
}
