using Microsoft.Extensions.Options;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Seeding;

/// <summary>The collection that is seeded.</summary>
internal sealed class SeedTarget(
    CollectionStore collections, DocumentStore documents, DocumentCatalog catalog, IOptions<RetrievalOptions> options)
{
    private const string Mark = "seed";
    private const int PageSize = 500;
    private static readonly Dictionary<string, string> Metadata = new() { [Mark] = "true" };

    /// <summary>Creates the collection if it is missing, and deletes what an earlier seeding left and no file has any more.</summary>
    public async Task PrepareAsync(CollectionKey collection, IReadOnlyList<SeedFile> files, CancellationToken cancellationToken)
    {
        var defaults = options.Value;
        var settings = new GenerationSettings(EmbeddingModel: "", DimensionWanted: 0, defaults.Chunking.Settings);
        var draft = new CollectionDraft(collection, Description: "", settings, defaults.CollectionsPerTenantMax);
        await collections.GetOrCreateAsync(draft, cancellationToken);
        var wanted = files.Select(file => file.DocumentId).ToHashSet(StringComparer.Ordinal);
        var gone = All(collection).Where(document => IsSeeded(document) && !wanted.Contains(document.Key.DocumentId)).ToList();
        foreach (var document in gone)
            await catalog.DeleteAsync(document.Key, cancellationToken);
    }

    /// <summary>Stores a file as a document; the same bytes as before are a no-op.</summary>
    /// <exception cref="MillraceException">The file is no document that is taken, or there is no room for it now.</exception>
    public async Task PutAsync(CollectionKey collection, SeedFile file, CancellationToken cancellationToken)
    {
        var bytesMax = options.Value.Ingestion.DocumentBytesMax;
        if (new FileInfo(file.Path).Length > bytesMax) throw UploadBuffer.TooLarge(bytesMax);
        var upload = new DocumentUpload
        {
            Tenant = collection.Tenant,
            Collection = collection.Name,
            DocumentId = file.DocumentId,
            Metadata = Metadata,
            Content = await File.ReadAllBytesAsync(file.Path, cancellationToken),
        };
        await catalog.UploadAsync(upload, cancellationToken);
    }

    /// <summary>Waits until all files are ready or failed.</summary>
    /// <returns>Those that failed.</returns>
    public async Task<IReadOnlyList<StoredDocument>> WaitAsync(
        CollectionKey collection, IReadOnlyList<SeedFile> files, CancellationToken cancellationToken)
    {
        List<StoredDocument> failed = [];
        foreach (var file in files)
        {
            var document = await catalog.WaitUntilSettledAsync(new DocumentKey(collection, file.DocumentId), cancellationToken);
            if (document.State == DocumentState.Failed) failed.Add(document);
        }

        return failed;
    }

    private IEnumerable<StoredDocument> All(CollectionKey collection)
    {
        var after = "";
        while (documents.List(collection, state: null, after, PageSize) is { Count: > 0 } page)
        {
            foreach (var document in page) yield return document;
            after = page[^1].Key.DocumentId;
        }
    }

    private static bool IsSeeded(StoredDocument document) => document.Metadata.TryGetProperty(Mark, out _);
}
