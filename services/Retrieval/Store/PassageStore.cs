using System.Runtime.InteropServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Store;

/// <summary>Weights of the parts of a chunk in the keyword ranking.</summary>
/// <param name="Title">Of the document's title.</param>
/// <param name="Breadcrumb">Of the headings above the chunk.</param>
/// <param name="Body">Of its text.</param>
internal sealed record FieldWeights(double Title, double Breadcrumb, double Body);

/// <summary>The index, from the search's side.</summary>
internal sealed class PassageStore(RetrievalDatabase database, VectorCache vectors)
{
    /// <summary>The best chunks by BM25, best first; a higher score is better.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="match">An FTS5 query.</param>
    /// <param name="weights">Weights of the fields.</param>
    /// <param name="countMax">Most chunks to return.</param>
    public IReadOnlyList<ScoredChunk> Keyword(StoredCollection collection, string match, FieldWeights weights, int countMax)
    {
        var table = Schema.FullText(collection.Row);
        return database.Read(connection => Exists(connection, table)
            ? connection.Query<(long Row, double Score)>(
                $"""
                SELECT rowid, -bm25({table}, @Title, @Breadcrumb, @Body) AS score FROM {table}
                WHERE {table} MATCH @match ORDER BY score DESC, rowid LIMIT @countMax
                """,
                new { match, weights.Title, weights.Breadcrumb, weights.Body, countMax })
                .Select(row => new ScoredChunk(row.Row, row.Score)).ToList()
            : []);
    }

    /// <summary>The vectors of a collection, read from the database at first.</summary>
    public CollectionVectors Vectors(StoredCollection collection) =>
        vectors.GetOrLoad(collection.Row, loaded => Load(collection.Row, loaded));

    /// <summary>Reads chunks. Those that are gone are left out.</summary>
    public IReadOnlyDictionary<long, StoredPassage> Passages(IReadOnlyCollection<long> chunks) => database.Read(connection =>
        chunks.Chunk(500).SelectMany(rows => connection.Query<PassageRow>(
            """
            SELECT k.row, c.tenant, c.name AS CollectionName, d.document_id AS DocumentId, k.document_version AS DocumentVersion,
            k.ordinal, k.title,
                k.breadcrumb, k.text, k.start, k.token_count AS TokenCount
            FROM chunks k JOIN documents d ON d.row = k.document JOIN collections c ON c.row = k.collection WHERE k.row IN @rows
            """,
            new { rows })).ToDictionary(row => row.Row, row => row.ToPassage()));

    private static bool Exists(SqliteConnection connection, string table) =>
        connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master WHERE name = @table", new { table }) == 1;

    private void Load(long collection, CollectionVectors target) => database.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT document, row, vector FROM chunks WHERE collection = $collection";
        command.Parameters.AddWithValue("$collection", collection);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            target.Add(reader.GetInt64(0), reader.GetInt64(1), MemoryMarshal.Cast<byte, float>(reader.GetFieldValue<byte[]>(2)));
        return true;
    });

    private sealed class PassageRow
    {
        public long Row { get; init; }

        public string Tenant { get; init; } = "";

        public string CollectionName { get; init; } = "";

        public string DocumentId { get; init; } = "";

        public int DocumentVersion { get; init; }

        public int Ordinal { get; init; }

        public string Title { get; init; } = "";

        public string Breadcrumb { get; init; } = "[]";

        public string Text { get; init; } = "";

        public int Start { get; init; }

        public int TokenCount { get; init; }

        public StoredPassage ToPassage() => new()
        {
            Row = Row,
            Document = new DocumentKey(new CollectionKey(Tenant, CollectionName), DocumentId),
            DocumentVersion = DocumentVersion,
            Ordinal = Ordinal,
            Title = Title,
            Breadcrumb = StoreJson.Breadcrumb(Breadcrumb),
            Text = Text,
            Start = Start,
            TokenCount = TokenCount,
        };
    }
}
