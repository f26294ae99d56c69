using Google.Protobuf.WellKnownTypes;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Store;
using Chunked = Millrace.Retrieval.Chunking.ChunkingSettings;

namespace Millrace.Retrieval.Grpc;

/// <summary>Between the messages of the contract and the core's own types.</summary>
internal static class RetrievalMapping
{
    public static Collection ToProto(this StoredCollection collection) => new()
    {
        Name = collection.Key.Name,
        EmbeddingModel = collection.EmbeddingModel,
        Chunking = new ChunkingSettings
        {
            ChunkTokensMax = (uint)collection.Chunking.TokensMax,
            OverlapTokens = (uint)collection.Chunking.OverlapTokens,
        },
        DocumentCount = (uint)collection.DocumentCount,
        ChunkCount = (uint)collection.ChunkCount,
        CreatedAt = collection.CreatedAt.ToTimestamp(),
    };

    public static Document ToProto(this StoredDocument document) => new()
    {
        Id = document.Key.DocumentId,
        Collection = document.Key.Collection.Name,
        Title = document.Title,
        MediaType = document.MediaType,
        SizeBytes = (ulong)document.SizeBytes,
        Sha256 = document.Sha256,
        Version = (uint)document.Version,
        ChunkCount = (uint)document.ChunkCount,
        State = (Contracts.Retrieval.V1.DocumentState)document.State,
        Error = document.Error,
        UpdatedAt = document.UpdatedAt.ToTimestamp(),
        Metadata = { document.Metadata.ToDictionary() },
    };

    /// <summary>What a request says of the cutting, with the defaults where it says nothing.</summary>
    public static Chunked ToSettings(this ChunkingSettings? chunking, Chunked defaults)
    {
        var tokensMax = chunking is { ChunkTokensMax: > 0 } ? ToInt32(chunking.ChunkTokensMax) : defaults.TokensMax;
        var overlap = chunking is { HasOverlapTokens: true }
            ? ToInt32(chunking.OverlapTokens)
            : Math.Min(defaults.OverlapTokens, tokensMax / 2);
        return new Chunked(tokensMax, overlap);
    }

    /// <summary>A number of the contract as the core counts; one that is too large stays too large.</summary>
    public static int ToInt32(uint value) => (int)Math.Min(value, int.MaxValue);
}
