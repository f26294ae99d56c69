using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Millrace.Retrieval.Store;

/// <summary>The two prepared statements that put a chunk into the index; a large document runs them thousands of times.</summary>
internal sealed class ChunkInsert : IDisposable
{
    private readonly SqliteCommand _chunk;
    private readonly SqliteCommand _fullText;
    private readonly ClaimedDocument _document;
    private readonly string _title;

    public ChunkInsert(SqliteConnection connection, ClaimedDocument document, string title)
    {
        (_document, _title) = (document, title);
        _chunk = Command(
            connection,
            """
            INSERT INTO chunks (collection, document, document_version, ordinal, title, breadcrumb, text, start, token_count, vector)
            VALUES ($collection, $document, $version, $ordinal, $title, $breadcrumb, $text, $start, $tokens, $vector);
            SELECT last_insert_rowid();
            """);
        _fullText = Command(
            connection,
            $"INSERT INTO {Schema.FullText(document.Collection.Row)} (rowid, title, breadcrumb, body) "
            + "VALUES ($row, $title, $breadcrumb, $body)");
    }

    /// <summary>Inserts one chunk.</summary>
    /// <returns>Its row.</returns>
    public long Execute(IndexedChunk chunk, int ordinal)
    {
        var section = chunk.Chunk.Section;
        Bind(
            _chunk,
            ("$collection", _document.Collection.Row),
            ("$document", _document.Row),
            ("$version", _document.Document.Version),
            ("$ordinal", ordinal),
            ("$title", _title),
            ("$breadcrumb", StoreJson.Of(section.Breadcrumb)),
            ("$text", chunk.Text),
            ("$start", chunk.Chunk.Start),
            ("$tokens", chunk.Chunk.TokenCount),
            ("$vector", MemoryMarshal.AsBytes(chunk.Vector.Span).ToArray()));
        var row = (long)(_chunk.ExecuteScalar() ?? throw new InvalidOperationException("SQLite returned no row id."));
        var breadcrumb = string.Join(" > ", section.Breadcrumb.Where(heading => heading != _title));
        Bind(_fullText, ("$row", row), ("$title", _title), ("$breadcrumb", breadcrumb), ("$body", chunk.Text));
        _fullText.ExecuteNonQuery();
        return row;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunk.Dispose();
        _fullText.Dispose();
    }

    // The connection has one transaction at a time, that of the writer's lane.
    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static void Bind(SqliteCommand command, params ReadOnlySpan<(string Name, object Value)> values)
    {
        command.Parameters.Clear();
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
    }
}
