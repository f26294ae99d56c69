using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Store;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>The real store over a real file, with the embedded index beside it, and no workers: a test takes each step itself.</summary>
internal sealed class StoreFixture : IDisposable
{
    private const int VersionsKept = 3;
    private static readonly DocumentLimits Limits = new(PerCollectionMax: 100, QueuedMax: 50, QueuedPerTenantMax: 40);
    private readonly TemporaryFolder? _ownFolder;
    private readonly EmbeddedIndex _index;

    public StoreFixture(string? folder = null)
    {
        if (folder is null) _ownFolder = new TemporaryFolder();
        var path = folder ?? _ownFolder!.Path;
        Database = new RetrievalDatabase(Path.Combine(path, "retrieval.db"));
        Collections = new CollectionStore(Database, TimeProvider.System);
        Generations = new GenerationStore(Database, TimeProvider.System);
        Documents = new DocumentStore(Database, TimeProvider.System);
        Queue = new DocumentQueue(Database, TimeProvider.System);
        Editions = new EditionStore(Database, VersionsKept);
        Outbox = new OutboxStore(Database);
        Passages = new PassageStore(Database);
        Texts = new TextStore(Database);
        Jobs = new JobStore(Database, TimeProvider.System);
        Sweep = new Sweep(Database, TimeProvider.System);
        _index = new EmbeddedIndex(
            Path.Combine(path, "index"), new RetrievalOptions(), new RepairRequests(), NullLogger<EmbeddedIndex>.Instance);
        Teller = new IndexTeller(Outbox, Editions, _index);
    }

    public RetrievalDatabase Database { get; }

    public CollectionStore Collections { get; }

    public GenerationStore Generations { get; }

    public DocumentStore Documents { get; }

    public DocumentQueue Queue { get; }

    public EditionStore Editions { get; }

    public OutboxStore Outbox { get; }

    public PassageStore Passages { get; }

    public TextStore Texts { get; }

    public JobStore Jobs { get; }

    public Sweep Sweep { get; }

    public IndexTeller Teller { get; }

    public IChunkIndex Index => _index;

    public static GenerationSettings Settings(int tokensMax = 100) => new("", 0, new ChunkingSettings(tokensMax, 0));

    public Task<StoredCollection> CreateAsync(string tenant, string name) => Collections.GetOrCreateAsync(
        new CollectionDraft(new CollectionKey(tenant, name), "", Settings(), CountMax: 10), CancellationToken.None);

    public Task<StoreOutcome> PutAsync(CollectionKey collection, string id, string content, Action<Upload>? say = null)
    {
        var upload = new Upload();
        say?.Invoke(upload);
        var bytes = Encoding.UTF8.GetBytes(content);
        var document = new NewDocument
        {
            Key = new DocumentKey(collection, id),
            MediaType = "text/plain",
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Content = bytes,
            Metadata = JsonDocument.Parse(upload.Metadata).RootElement,
            AccessLabels = upload.Labels,
            JobId = upload.Job,
        };
        return Documents.PutAsync(document, Limits, CancellationToken.None);
    }

    /// <summary>Stores a document whose chunks are the given texts, and lets it become ready.</summary>
    public async Task PutReadyAsync(CollectionKey collection, string id, string[] chunks, Action<Upload>? say = null)
    {
        await PutAsync(collection, id, string.Join("\n\n", chunks), say);
        Assert.True(await PublishAsync(await ClaimAsync(), chunks));
        await TellAsync();
    }

    public async Task<ClaimedDocument> ClaimAsync() => (await Queue.ClaimAsync(CancellationToken.None))!;

    public Task<bool> PublishAsync(ClaimedDocument claimed, params string[] chunks)
    {
        var parsed = ParsedDocuments.PlainText(string.Join("\n\n", chunks));
        var draft = new EditionDraft(claimed, "title", parsed.Text);
        return Editions.PublishAsync(draft, Slice(parsed, chunks), beside: null, CancellationToken.None);
    }

    /// <summary>Publishes a document in its generation and in the one that is being built beside it.</summary>
    public async Task<bool> PublishInBothAsync(ClaimedDocument claimed, params string[] chunks)
    {
        var parsed = ParsedDocuments.PlainText(string.Join("\n\n", chunks));
        var beside = new EditionDraft(claimed.Beside!, "title", parsed.Text);
        Assert.True(await Editions.StageAsync(beside, Slice(parsed, chunks), CancellationToken.None));
        return await Editions.PublishAsync(
            new EditionDraft(claimed, "title", parsed.Text), Slice(parsed, chunks), beside, CancellationToken.None);
    }

    public static EditionSlice Slice(params string[] chunks) => Slice(ParsedDocuments.PlainText(string.Join("\n\n", chunks)), chunks);

    /// <summary>Does what the index writer does, until nothing is left to be told.</summary>
    public async Task<IReadOnlyList<DocumentKey>> TellAsync()
    {
        List<DocumentKey> ready = [];
        while (Outbox.Next([], 100) is { Count: > 0 } entries)
        {
            foreach (var group in entries.GroupBy(entry => entry.Index))
                if (group.Key is not null) await Teller.TellAsync(group.Key, [.. group], CancellationToken.None);
            ready.AddRange(await Outbox.CompleteAsync(entries, CancellationToken.None));
        }

        return ready;
    }

    /// <summary>The texts that are found by a word, as a search reads them.</summary>
    public Task<IReadOnlyList<string>> FindAsync(StoredCollection collection, string word, params string[] labels) =>
        FindAsync(collection, word, new DocumentFilter(null, labels));

    /// <summary>The texts of the documents that pass a filter and are found by a word, as a search reads them.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(StoredCollection collection, string word, DocumentFilter filter)
    {
        var now = Collections.Find(collection.Key) ?? collection;
        var ranking = await Index.KeywordAsync(now.Index, new WordQuery(word, 10, filter), CancellationToken.None);
        var passages = Passages.Passages([.. ranking.Chunks.Select(chunk => chunk.Chunk)], filter);
        return [.. ranking.Chunks.Where(chunk => passages.ContainsKey(chunk.Chunk)).Select(chunk => passages[chunk.Chunk].Text)];
    }

    /// <summary>All chunks that the index of a collection has.</summary>
    public async Task<IReadOnlyList<long>> IndexedAsync(IndexId index)
    {
        List<long> chunks = [];
        await foreach (var chunk in Index.ChunksAsync(index, CancellationToken.None)) chunks.Add(chunk);
        return chunks;
    }

    public void Dispose()
    {
        Database.Dispose();
        _index.Dispose();
        _ownFolder?.Dispose();
    }

    private static EditionSlice Slice(ParsedDocument parsed, string[] chunks) => chunks.Length == 0
        ? EditionSlice.Empty
        : new EditionSlice("m", FakeEmbeddingService.Dimension, [.. chunks.Select(text => Chunk(parsed, text))]);

    private static EditionChunk Chunk(ParsedDocument parsed, string text) => new(
        new Chunk(parsed.Sections[0], parsed.Text.IndexOf(text, StringComparison.Ordinal), text.Length, 3),
        text,
        FakeEmbeddingService.Vector(text));

    /// <summary>What is said of a document.</summary>
    internal sealed class Upload
    {
        public string Metadata { get; set; } = "{}";

        public string[] Labels { get; set; } = [];

        public string Job { get; set; } = "";
    }
}
