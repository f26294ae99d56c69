using Microsoft.Extensions.Options;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>How a collection is to be.</summary>
/// <param name="Key">Its name.</param>
/// <param name="EmbeddingModel">Its model; empty for any, and the default for a new one.</param>
/// <param name="Dimension">Length of its vectors; 0 for the model's own.</param>
/// <param name="Chunking">How its documents are cut; null for any, and the defaults for a new one.</param>
internal sealed record NewCollection(CollectionKey Key, string EmbeddingModel, int Dimension, ChunkingSettings? Chunking)
{
    /// <summary>What it is about.</summary>
    public string Description { get; init; } = "";

    /// <summary>What people and the application say of it.</summary>
    public CollectionSayings Sayings { get; init; } = CollectionSayings.None;
}

/// <summary>What may be done with collections.</summary>
internal sealed class CollectionCatalog(
    CollectionStore collections,
    GenerationStore generations,
    IEncoder encoder,
    IngestionSignals signals,
    IOptions<RetrievalOptions> options)
{
    private const int ModelCharsMax = 256;
    private const int DescriptionCharsMax = 1024;
    private const int TitleCharsMax = 256;
    private const int DimensionMax = 16_384;
    private readonly RetrievalOptions _options = options.Value;

    /// <summary>Creates a collection, or returns the one that is there with equal settings.</summary>
    /// <exception cref="MillraceException">The settings are not valid, or there is one with others.</exception>
    public async Task<StoredCollection> CreateAsync(NewCollection wanted, CancellationToken cancellationToken)
    {
        RequireValid(wanted);
        var settings = new GenerationSettings(wanted.EmbeddingModel, wanted.Dimension, wanted.Chunking ?? _options.Chunking.Settings);
        var draft = new CollectionDraft(wanted.Key, wanted.Description, settings, _options.CollectionsPerTenantMax)
        {
            Sayings = Checked(wanted.Sayings.Title, wanted.Sayings.MetadataJson),
        };
        var collection = await collections.GetOrCreateAsync(draft, cancellationToken);
        return HasSettings(collection, wanted) ? collection : throw Differs(collection);
    }

    /// <summary>The collections of a tenant, by name.</summary>
    public IReadOnlyList<StoredCollection> List(string tenant) => collections.List(tenant);

    /// <summary>A collection and its documents' states.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public (StoredCollection Collection, CollectionCounts Counts) Get(CollectionKey key)
    {
        var collection = collections.Require(key);
        return (collection, collections.Count(collection));
    }

    /// <summary>Changes what is said of a collection; what is null stays.</summary>
    /// <exception cref="MillraceException">It is not valid, or there is none.</exception>
    public async Task<StoredCollection> UpdateAsync(
        CollectionKey key, string? title, string? metadataJson, CancellationToken cancellationToken)
    {
        Checked(title ?? "", metadataJson ?? "");
        return await collections.UpdateAsync(key, title, metadataJson, cancellationToken) ?? throw CollectionStore.NotFound(key);
    }

    /// <summary>Begins to index a collection anew; what is not said stays as it is.</summary>
    /// <returns>The collection, with the build if there is one.</returns>
    /// <exception cref="MillraceException">The settings are not valid, there is no such model or collection, or another build is
    /// going on.</exception>
    public async Task<StoredCollection> ReindexAsync(NewCollection wanted, CancellationToken cancellationToken)
    {
        RequireValid(wanted);
        var active = collections.Require(wanted.Key).Active.Settings;
        var model = wanted.EmbeddingModel.Length > 0 ? wanted.EmbeddingModel : active.EmbeddingModel;
        var settings = new GenerationSettings(model, wanted.Dimension, wanted.Chunking ?? active.Chunking);
        await RequireModelAsync(settings, cancellationToken);
        var collection = await generations.BeginAsync(wanted.Key, settings, cancellationToken);
        signals.Reindex.Set();
        return collection;
    }

    /// <summary>Deletes a collection with everything in it.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public async Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken)
    {
        if (!await collections.DeleteAsync(key, cancellationToken)) throw CollectionStore.NotFound(key);
        signals.Settled(key);
        signals.Sweep.Set();
    }

    // Asked before anything begins. A service that does not answer now will, and the build waits for it.
    private async Task RequireModelAsync(GenerationSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            var choice = new EncoderChoice(settings.EmbeddingModel, settings.DimensionWanted);
            await encoder.EmbedAsync(choice, ["probe"], TextPurpose.Passage, cancellationToken);
        }
        catch (MillraceException error) when (error.Reason.Info().Retryable)
        {
            // The build tries again until it answers.
        }
    }

    private static CollectionSayings Checked(string title, string metadataJson)
    {
        if (title.Length > TitleCharsMax)
            throw MillraceException.InvalidArgument("title", $"title has {title.Length} characters. Shorten it to {TitleCharsMax}.");
        if (metadataJson.Length > 0) MetadataRules.Parse(metadataJson);
        return new CollectionSayings(title, metadataJson);
    }

    private static void RequireValid(NewCollection wanted)
    {
        UploadRules.RequireCollectionName(wanted.Key.Name, "name");
        if (wanted.EmbeddingModel.Length > ModelCharsMax)
            throw MillraceException.InvalidArgument(
                "embedding_model", $"embedding_model is longer than {ModelCharsMax} characters. Give a model's name.");
        if (wanted.Description.Length > DescriptionCharsMax)
            throw MillraceException.InvalidArgument(
                "description", $"description has {wanted.Description.Length} characters. Shorten it to {DescriptionCharsMax}.");
        if (wanted.Dimension is < 0 or > DimensionMax)
            throw MillraceException.InvalidArgument(
                "dimension", $"dimension is {wanted.Dimension}. Set it to 1 to {DimensionMax}, or 0 for the model's own.");
        if (wanted.Chunking?.Validate().FirstOrDefault() is { } error) throw MillraceException.InvalidArgument("chunking", error);
    }

    private static bool HasSettings(StoredCollection collection, NewCollection wanted) =>
        (wanted.EmbeddingModel.Length == 0 || wanted.EmbeddingModel == collection.EmbeddingModel)
        && (wanted.Dimension == 0
            || wanted.Dimension == collection.Dimension
            || wanted.Dimension == collection.Active.Settings.DimensionWanted)
        && (wanted.Description.Length == 0 || wanted.Description == collection.Description)
        && (wanted.Chunking is null || wanted.Chunking == collection.Chunking);

    private static MillraceException Differs(StoredCollection collection) => new(
        Reason.AlreadyExists,
        $"The collection '{collection.Key.Name}' exists with the embedding model '{collection.EmbeddingModel}', vectors of length "
        + $"{collection.Dimension}, chunks of at most {collection.Chunking.TokensMax} tokens cut by {collection.Chunking.Strategy} and an "
        + $"overlap of {collection.Chunking.OverlapTokens}, or with another description. Use these settings or another name, or index it "
        + "anew.")
    { Param = "name" };
}
