using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Store;

/// <summary>Names a collection. The tenant is part of every key, so that no call can forget it.</summary>
/// <param name="Tenant">Its owner.</param>
/// <param name="Name">Its name, unique for the tenant.</param>
internal readonly record struct CollectionKey(string Tenant, string Name);

/// <summary>How a collection is embedded and cut.</summary>
/// <param name="EmbeddingModel">The embedding model; empty for the default until the first document tells its name.</param>
/// <param name="DimensionWanted">Length of the vectors that is asked for; 0 for the model's own.</param>
/// <param name="Chunking">How documents are cut.</param>
internal sealed record GenerationSettings(string EmbeddingModel, int DimensionWanted, ChunkingSettings Chunking);

/// <summary>One build of a collection's chunks. What was embedded and cut the same way belongs to it, and nothing else.</summary>
/// <param name="Row">Its row, never used again.</param>
/// <param name="Settings">How it is embedded and cut.</param>
/// <param name="Dimension">Length of its vectors; 0 until the first document tells it.</param>
/// <param name="ChunkCount">Number of its chunks.</param>
internal sealed record StoredGeneration(long Row, GenerationSettings Settings, int Dimension, int ChunkCount)
{
    /// <summary>What its texts and the queries to it are embedded with.</summary>
    public EncoderChoice Encoder => new(Settings.EmbeddingModel, Settings.DimensionWanted);
}

/// <summary>A generation that is being built, or could not be.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="DocumentsDone">Documents that are in it.</param>
/// <param name="DocumentsTotal">Documents that it will hold, as far as is known.</param>
/// <param name="Error">Why it cannot be finished, and what to do; empty while it is built.</param>
internal sealed record StoredReindexing(StoredGeneration Generation, int DocumentsDone, int DocumentsTotal, string Error);

/// <summary>What people and applications say of a collection; nothing depends on it.</summary>
/// <param name="Title">What people call it; may be empty.</param>
/// <param name="MetadataJson">A JSON object; empty for none.</param>
internal sealed record CollectionSayings(string Title, string MetadataJson)
{
    /// <summary>Nothing is said.</summary>
    public static CollectionSayings None { get; } = new("", "");
}

/// <summary>The documents of a collection.</summary>
/// <param name="Documents">How many are in which state.</param>
/// <param name="Bytes">Bytes of all originals together.</param>
internal sealed record CollectionCounts(IReadOnlyDictionary<DocumentState, int> Documents, long Bytes);

/// <summary>A collection as it stands.</summary>
internal sealed record StoredCollection
{
    /// <summary>Its row.</summary>
    public required long Row { get; init; }

    /// <summary>Its name.</summary>
    public required CollectionKey Key { get; init; }

    /// <summary>What it is about; may be empty.</summary>
    public required string Description { get; init; }

    /// <summary>What people and applications say of it.</summary>
    public CollectionSayings Sayings { get; init; } = CollectionSayings.None;

    /// <summary>The build that is searched.</summary>
    public required StoredGeneration Active { get; init; }

    /// <summary>The build that is to take its place; null when there is none.</summary>
    public StoredReindexing? Reindexing { get; init; }

    /// <summary>Number of documents.</summary>
    public required int DocumentCount { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The index that is searched.</summary>
    public IndexId Index => new(Key.Tenant, Row, Active.Row);

    /// <summary>The embedding model of its vectors; empty for the default model until the first document tells its name.</summary>
    public string EmbeddingModel => Active.Settings.EmbeddingModel;

    /// <summary>Length of its vectors; 0 while it has none, so that there is nothing to search.</summary>
    public int Dimension => Active.Dimension;

    /// <summary>How its documents are cut.</summary>
    public ChunkingSettings Chunking => Active.Settings.Chunking;

    /// <summary>Number of chunks.</summary>
    public int ChunkCount => Active.ChunkCount;
}
