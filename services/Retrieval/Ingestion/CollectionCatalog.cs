using Microsoft.Extensions.Options;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>A collection that is to be there.</summary>
/// <param name="Key">Its name.</param>
/// <param name="EmbeddingModel">Its model; empty for any, and the default for a new one.</param>
/// <param name="Chunking">How its documents are cut; null for any, and the defaults for a new one.</param>
internal sealed record NewCollection(CollectionKey Key, string EmbeddingModel, ChunkingSettings? Chunking);

/// <summary>What may be done with collections.</summary>
internal sealed class CollectionCatalog(CollectionStore collections, IOptions<RetrievalOptions> options)
{
    private const int ModelCharsMax = 256;
    private readonly RetrievalOptions _options = options.Value;

    /// <summary>Creates a collection, or returns the one that is there with equal settings.</summary>
    /// <exception cref="MillraceException">The settings are not valid, or there is one with others.</exception>
    public async Task<StoredCollection> CreateAsync(NewCollection wanted, CancellationToken cancellationToken)
    {
        RequireValid(wanted);
        var chunking = wanted.Chunking ?? _options.Chunking.Settings;
        var collection = await collections.GetOrCreateAsync(
            wanted.Key, wanted.EmbeddingModel, chunking, _options.CollectionsPerTenantMax, cancellationToken);
        return HasSettings(collection, wanted) ? collection : throw Differs(collection);
    }

    /// <summary>The collections of a tenant, by name.</summary>
    public IReadOnlyList<StoredCollection> List(string tenant) => collections.List(tenant);

    /// <summary>Deletes a collection with everything in it.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public async Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken)
    {
        if (!await collections.DeleteAsync(key, cancellationToken)) throw CollectionStore.NotFound(key);
    }

    private static void RequireValid(NewCollection wanted)
    {
        UploadRules.RequireCollectionName(wanted.Key.Name, "name");
        if (wanted.EmbeddingModel.Length > ModelCharsMax)
            throw MillraceException.InvalidArgument(
                "embedding_model", $"embedding_model is longer than {ModelCharsMax} characters. Give a model's name.");
        if (wanted.Chunking?.Validate().FirstOrDefault() is { } error) throw MillraceException.InvalidArgument("chunking", error);
    }

    private static bool HasSettings(StoredCollection collection, NewCollection wanted) =>
        (wanted.EmbeddingModel.Length == 0 || wanted.EmbeddingModel == collection.EmbeddingModel)
        && (wanted.Chunking is null || wanted.Chunking == collection.Chunking);

    private static MillraceException Differs(StoredCollection collection) => new(
        Reason.AlreadyExists,
        $"The collection '{collection.Key.Name}' exists with the embedding model '{collection.EmbeddingModel}', chunks of at most "
        + $"{collection.Chunking.TokensMax} tokens and an overlap of {collection.Chunking.OverlapTokens}. Use these settings, another "
        + "name, or delete it first.")
    { Param = "name" };
}
