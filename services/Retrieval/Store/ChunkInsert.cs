using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Millrace.Retrieval.Store;

/// <summary>What a row of a chunk is made of.</summary>
/// <param name="Edition">Its edition.</param>
/// <param name="Ordinal">Its place in the document.</param>
/// <param name="Title">Title of the document.</param>
/// <param name="Chunk">The chunk.</param>
internal readonly record struct ChunkValues(long Edition, int Ordinal, string Title, EditionChunk Chunk);

/// <summary>The statement that writes a chunk, prepared once for the writer's connection.</summary>
internal sealed class ChunkInsert
{
    private const string Sql = """
        INSERT INTO chunks (edition, ordinal, title, breadcrumb, text, ranked_start, ranked_length, start, token_count, vector)
        VALUES ($edition, $ordinal, $title, $breadcrumb, $text, $ranked_start, $ranked_length, $start, $tokens, $vector)
        """;

    private static readonly string[] Parameters =
        ["$edition", "$ordinal", "$title", "$breadcrumb", "$text", "$ranked_start", "$ranked_length", "$start", "$tokens", "$vector"];

    private SqliteCommand? _command;

    /// <summary>Writes one chunk.</summary>
    public void Execute(SqliteConnection connection, ChunkValues values)
    {
        var command = _command ??= Prepare(connection);
        var chunk = values.Chunk.Chunk;
        ReadOnlySpan<object> bound =
        [
            values.Edition,
            values.Ordinal,
            values.Title,
            StoreJson.Of(chunk.Section.Breadcrumb),
            values.Chunk.Text,
            chunk.Ranked.Start - chunk.Start,
            chunk.Ranked.Length,
            chunk.Start,
            chunk.TokenCount,
            MemoryMarshal.AsBytes(values.Chunk.Vector.Span).ToArray(),
        ];
        for (var i = 0; i < bound.Length; i++) command.Parameters[i].Value = bound[i];
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Prepare(SqliteConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = Sql;
        foreach (var name in Parameters) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }
}
