using System.Numerics.Tensors;
using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Index;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Store;

/// <summary>A chunk with everything that is stored of it.</summary>
/// <param name="Chunk">Where it stands in its document.</param>
/// <param name="Text">Its text.</param>
/// <param name="Vector">The embedding of what is ranked of it, of length 1.</param>
internal sealed record EditionChunk(Chunk Chunk, string Text, ReadOnlyMemory<float> Vector);

/// <summary>Chunks of one document that are embedded with one model.</summary>
/// <param name="EmbeddingModel">The model; empty when there are no chunks.</param>
/// <param name="Dimension">Length of the vectors; 0 when there are no chunks.</param>
/// <param name="Chunks">The chunks, in order.</param>
internal sealed record EditionSlice(string EmbeddingModel, int Dimension, IReadOnlyList<EditionChunk> Chunks)
{
    /// <summary>No chunks.</summary>
    public static EditionSlice Empty { get; } = new("", 0, []);
}

/// <summary>A document on its way into a generation, slice by slice. One worker owns it.</summary>
/// <param name="claimed">The document.</param>
/// <param name="title">Its title.</param>
/// <param name="text">Its whole text, into which the chunks' offsets point.</param>
internal sealed class EditionDraft(ClaimedDocument claimed, string title, string text)
{
    /// <summary>The document.</summary>
    public ClaimedDocument Claimed { get; } = claimed;

    /// <summary>Its title.</summary>
    public string Title { get; } = title;

    /// <summary>Its text.</summary>
    public string Text { get; } = text;

    /// <summary>Row of the edition; 0 until the first slice is written.</summary>
    public long Row { get; set; }

    /// <summary>Chunks that are written.</summary>
    public int ChunkCount { get; set; }
}

/// <summary>Writes the chunks of documents. They are unseen until all are there, and take the place of older ones in one step.</summary>
internal sealed class EditionStore(RetrievalDatabase database, int versionsKept)
{
    private const string IsWorkedOn = """
        SELECT EXISTS (SELECT 1 FROM documents d JOIN collections c ON c.row = d.collection AND c.deleted = 0
            WHERE d.row = @Row AND d.version = @Version AND d.state = 2 AND c.active = @Generation)
        """;

    // A build takes the version that is found, and the one that is about to be.
    private const string IsWanted = """
        SELECT EXISTS (SELECT 1 FROM documents d JOIN collections c ON c.row = d.collection AND c.deleted = 0
                JOIN generations g ON g.row = c.building AND g.state = 1
            WHERE d.row = @Row AND c.building = @Generation AND ((d.state = 2 AND d.version = @Version) OR EXISTS (
                SELECT 1 FROM editions e WHERE e.generation = c.active AND e.document = d.row AND e.live = 1
                    AND e.document_version = @Version)))
        """;

    private readonly ChunkInsert _insert = new();

    /// <summary>Writes the next chunks of a draft, unseen.</summary>
    /// <returns>Whether the document is still the one that was claimed; if not, the draft is worth nothing.</returns>
    /// <exception cref="MillraceException">The vectors are not those of the generation.</exception>
    public Task<bool> StageAsync(EditionDraft draft, EditionSlice slice, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => IsCurrent(connection, draft.Claimed) && Add(connection, draft, slice), cancellationToken);

    /// <summary>Writes the last chunks of a draft, and lets them take the place of the older ones.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="slice">Its last chunks.</param>
    /// <param name="beside">The same document for the generation that is being built, with all of its chunks; it becomes live in the same
    /// step, unless that generation is not built any more. Null for none.</param>
    /// <param name="cancellationToken">Gives up while waiting for other writers.</param>
    /// <returns>Whether the document is still the one that was claimed; if not, nothing is changed.</returns>
    /// <exception cref="MillraceException">The vectors are not those of the generation.</exception>
    public Task<bool> PublishAsync(
        EditionDraft draft, EditionSlice slice, EditionDraft? beside, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            if (!IsCurrent(connection, draft.Claimed)) return false;
            Add(connection, draft, slice);
            Publish(connection, draft);
            if (beside is not null && IsCurrent(connection, beside.Claimed)) Publish(connection, beside);
            return true;
        },
        cancellationToken);

    /// <summary>Removes a draft that came to nothing.</summary>
    public Task<int> DiscardAsync(EditionDraft draft, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("DELETE FROM editions WHERE row = @Row AND live = 0", new { draft.Row }), cancellationToken);

    /// <summary>The live chunks of a document in a generation, as its index takes them, a number at a time.</summary>
    public IReadOnlyList<IndexChunk> Read(long generation, long document, int afterOrdinal, int countMax) => database.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = ChunkReader.Select;
        command.Parameters.AddWithValue("$generation", generation);
        command.Parameters.AddWithValue("$document", document);
        command.Parameters.AddWithValue("$after", afterOrdinal);
        command.Parameters.AddWithValue("$count", countMax);
        return ChunkReader.ReadAll(command);
    });

    /// <summary>Every live chunk of a generation with its document.</summary>
    public IReadOnlyDictionary<long, long> Documents(long generation) =>
        database.Read(connection => connection.Query<(long Chunk, long Document)>(
        "SELECT k.row, e.document FROM editions e JOIN chunks k ON k.edition = e.row WHERE e.generation = @generation AND e.live = 1",
        new { generation }).ToDictionary(pair => pair.Chunk, pair => pair.Document));

    /// <summary>The live editions of a document.</summary>
    internal static IReadOnlyList<(long Edition, long Generation)> Live(SqliteConnection connection, long document) =>
        connection.Query<(long Edition, long Generation)>(
            "SELECT row, generation FROM editions WHERE document = @document AND live = 1", new { document }).ToList();

    /// <summary>Rows of the chunks of an edition.</summary>
    internal static IReadOnlyList<long> ChunksOf(SqliteConnection connection, long edition) =>
        connection.Query<long>("SELECT row FROM chunks WHERE edition = @edition", new { edition }).ToList();

    private static bool IsCurrent(SqliteConnection connection, ClaimedDocument claimed) => connection.ExecuteScalar<bool>(
        claimed.IsBuild ? IsWanted : IsWorkedOn,
        new { claimed.Row, claimed.Document.Version, Generation = claimed.Generation.Row });

    private bool Add(SqliteConnection connection, EditionDraft draft, EditionSlice slice)
    {
        if (slice.Chunks.Count > 0) RequireVectors(connection, draft.Claimed, slice);
        if (slice.Chunks.Any(chunk => !(TensorPrimitives.Norm(chunk.Vector.Span) is > 0 and < float.PositiveInfinity)))
            throw MillraceException.InvalidArgument(
                "embedding_model", $"The model '{slice.EmbeddingModel}' returned a vector without a direction. Use another model.");
        var row = draft.Row != 0 ? draft.Row : connection.ExecuteScalar<long>(
            """
            INSERT INTO editions (generation, document, document_version) VALUES (@Generation, @Row, @Version);
            SELECT last_insert_rowid();
            """,
            new { Generation = draft.Claimed.Generation.Row, draft.Claimed.Row, draft.Claimed.Document.Version });
        for (var i = 0; i < slice.Chunks.Count; i++)
            _insert.Execute(connection, new ChunkValues(row, draft.ChunkCount + i, draft.Title, slice.Chunks[i]));
        (draft.Row, draft.ChunkCount) = (row, draft.ChunkCount + slice.Chunks.Count);
        return true;
    }

    // The first vectors of a generation tell its model's name and their length; all others must be like them.
    private static void RequireVectors(SqliteConnection connection, ClaimedDocument claimed, EditionSlice slice)
    {
        var known = (GenerationRow.Find(connection, claimed.Generation.Row)
            ?? throw new InvalidOperationException("A generation is gone that a document is in.")).ToGeneration();
        if (known.Dimension == 0)
        {
            connection.Execute(
                "UPDATE generations SET embedding_model = @EmbeddingModel, dimension = @Dimension WHERE row = @Row",
                new { slice.EmbeddingModel, slice.Dimension, known.Row });
        }
        else if (slice.Dimension != known.Dimension || slice.EmbeddingModel != known.Settings.EmbeddingModel)
        {
            throw MillraceException.InvalidArgument(
                "embedding_model",
                $"The model '{slice.EmbeddingModel}' returned vectors of length {slice.Dimension}, and the collection has length "
                + $"{known.Dimension} of '{known.Settings.EmbeddingModel}'. Index the collection anew with the model that is to be used.");
        }
    }

    private void Publish(SqliteConnection connection, EditionDraft draft)
    {
        RemoveLive(connection, draft.Claimed);
        connection.Execute("UPDATE editions SET live = 1, chunk_count = @ChunkCount WHERE row = @Row", new { draft.ChunkCount, draft.Row });
        Describe(connection, draft);
        OutboxStore.AddPut(connection, draft.Claimed.Generation.Row, draft.Claimed.Row, draft.Claimed.Document.Version);
    }

    private static void RemoveLive(SqliteConnection connection, ClaimedDocument claimed)
    {
        var generation = claimed.Generation.Row;
        foreach (var (edition, _) in Live(connection, claimed.Row).Where(edition => edition.Generation == generation))
        {
            OutboxStore.AddRemoval(connection, generation, claimed.Row, ChunksOf(connection, edition));
            connection.Execute("DELETE FROM editions WHERE row = @edition", new { edition });
        }
    }

    private void Describe(SqliteConnection connection, EditionDraft draft)
    {
        var (row, version) = (draft.Claimed.Row, draft.Claimed.Document.Version);
        connection.Execute(
            """
            INSERT OR REPLACE INTO texts (document, version, title, text) VALUES (@row, @version, @Title, @Text);
            DELETE FROM texts WHERE document = @row AND version <= @version - @versionsKept;
            """,
            new { row, version, draft.Title, draft.Text, versionsKept });
        if (!draft.Claimed.IsBuild)
            connection.Execute(
                """
                UPDATE documents SET title = @Title, chunk_count = @ChunkCount WHERE row = @row;
                DELETE FROM found_contents WHERE document = @row;
                """,
                new { draft.Title, draft.ChunkCount, row });
    }
}
