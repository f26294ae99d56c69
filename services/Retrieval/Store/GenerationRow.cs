using Dapper;
using Microsoft.Data.Sqlite;

namespace Millrace.Retrieval.Store;

/// <summary>What a generation is good for. The numbers are stored.</summary>
internal enum GenerationState
{
    /// <summary>It is being built.</summary>
    Building = 1,

    /// <summary>It is searched.</summary>
    Active = 2,

    /// <summary>Nothing needs it any more; it is removed when the last search that might has ended.</summary>
    Retired = 3,

    /// <summary>It could not be built.</summary>
    Failed = 4,
}

/// <summary>A row of the generations table.</summary>
internal sealed class GenerationRow
{
    private const string Select = """
        SELECT row AS Row, collection AS Collection, embedding_model AS EmbeddingModel, dimension_wanted AS DimensionWanted,
            dimension AS Dimension, chunking AS Chunking, state AS State, error AS Error, chunk_count AS ChunkCount FROM generations
        """;

    public long Row { get; init; }

    public long Collection { get; init; }

    public string EmbeddingModel { get; init; } = "";

    public int DimensionWanted { get; init; }

    public int Dimension { get; init; }

    public string Chunking { get; init; } = "";

    public GenerationState State { get; init; }

    public string Error { get; init; } = "";

    public int ChunkCount { get; init; }

    /// <summary>Finds a generation.</summary>
    public static GenerationRow? Find(SqliteConnection connection, long row) =>
        connection.QuerySingleOrDefault<GenerationRow>($"{Select} WHERE row = @row", new { row });

    /// <summary>Adds a generation.</summary>
    /// <returns>Its row.</returns>
    public static long Insert(SqliteConnection connection, long collection, GenerationSettings settings, GenerationState state) =>
        connection.ExecuteScalar<long>(
            """
            INSERT INTO generations (collection, embedding_model, dimension_wanted, chunking, state)
            VALUES (@collection, @EmbeddingModel, @DimensionWanted, @Chunking, @state);
            SELECT last_insert_rowid();
            """,
            new
            {
                collection, settings.EmbeddingModel, settings.DimensionWanted, Chunking = StoreJson.Of(settings.Chunking),
                state = (int)state,
            });

    /// <summary>The generation that the row stands for.</summary>
    public StoredGeneration ToGeneration() => new(
        Row, new GenerationSettings(EmbeddingModel, DimensionWanted, StoreJson.Chunking(Chunking)), Dimension, ChunkCount);
}
