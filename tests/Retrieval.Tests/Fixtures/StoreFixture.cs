using System.Security.Cryptography;
using System.Text;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Store;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>The real store over a real file.</summary>
internal sealed class StoreFixture : IDisposable
{
    private static readonly DocumentLimits Limits = new(PerCollectionMax: 100, QueuedMax: 50);
    private readonly TemporaryFolder? _ownFolder;

    public StoreFixture(string? folder = null)
    {
        if (folder is null) _ownFolder = new TemporaryFolder();
        Database = new RetrievalDatabase(Path.Combine(folder ?? _ownFolder!.Path, "retrieval.db"));
        var vectors = new VectorCache();
        Collections = new CollectionStore(Database, vectors, TimeProvider.System);
        Documents = new DocumentStore(Database, vectors, TimeProvider.System);
        Index = new DocumentIndex(Database, vectors, TimeProvider.System);
        Passages = new PassageStore(Database, vectors);
    }

    public RetrievalDatabase Database { get; }

    public CollectionStore Collections { get; }

    public DocumentStore Documents { get; }

    public DocumentIndex Index { get; }

    public PassageStore Passages { get; }

    public Task<StoredCollection> CreateAsync(string tenant, string name) =>
        Collections.GetOrCreateAsync(new CollectionKey(tenant, name), "", new ChunkingSettings(100, 0), 10, CancellationToken.None);

    public Task<(StoredDocument Document, bool Unchanged)> PutAsync(CollectionKey collection, string id, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var document = new NewDocument(
            new DocumentKey(collection, id),
            "text/plain",
            Convert.ToHexStringLower(SHA256.HashData(bytes)),
            bytes,
            new Dictionary<string, string>());
        return Documents.PutAsync(document, Limits, CancellationToken.None);
    }

    /// <summary>Stores a document whose chunks are the given texts, and indexes it.</summary>
    public async Task PutReadyAsync(CollectionKey collection, string id, string[] chunks)
    {
        await PutAsync(collection, id, string.Join("\n\n", chunks));
        Assert.True(await Index.CompleteAsync((await Index.ClaimAsync(CancellationToken.None))!, Indexed(chunks), CancellationToken.None));
    }

    public static IndexedDocument Indexed(params string[] chunks)
    {
        var document = ParsedDocuments.PlainText(string.Join("\n\n", chunks));
        return new IndexedDocument("title", document.Text, "m", [.. chunks.Select(text => Chunk(document, text))]);
    }

    public IReadOnlyList<string> Find(StoredCollection collection, string word)
    {
        var found = Passages.Keyword(collection, $"\"{word}\"", new FieldWeights(1, 1, 1), 10);
        var passages = Passages.Passages([.. found.Select(chunk => chunk.Chunk)]);
        return [.. found.Select(chunk => passages[chunk.Chunk].Text)];
    }

    public void Dispose()
    {
        Database.Dispose();
        _ownFolder?.Dispose();
    }

    private static IndexedChunk Chunk(ParsedDocument document, string text) => new(
        new Chunk(document.Sections[0], document.Text.IndexOf(text, StringComparison.Ordinal), text.Length, 3),
        text,
        FakeEmbeddingService.Vector(text));
}
