using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Store;

/// <summary>Reads chunks as an index takes them: what is ranked of them, and the headings above them.</summary>
internal static class ChunkReader
{
    public const string Select = """
        SELECT k.row, k.title, k.breadcrumb, k.text, k.ranked_start, k.ranked_length, k.vector,
            json_extract(g.chunking, '$.ContextualHeader')
        FROM editions e JOIN chunks k ON k.edition = e.row JOIN generations g ON g.row = e.generation
        WHERE e.generation = $generation AND e.document = $document AND e.live = 1 AND k.ordinal > $after ORDER BY k.ordinal LIMIT $count
        """;

    /// <summary>Reads everything that a command returns.</summary>
    public static IReadOnlyList<IndexChunk> ReadAll(SqliteCommand command)
    {
        List<IndexChunk> chunks = [];
        using var reader = command.ExecuteReader();
        while (reader.Read()) chunks.Add(Read(reader));
        return chunks;
    }

    // A heading that is the title stands in the title already. Without a header, a chunk is found by its own words alone.
    private static IndexChunk Read(SqliteDataReader reader)
    {
        var title = reader.GetString(1);
        var headings = string.Join(" > ", StoreJson.List(reader.GetString(2)).Where(heading => heading != title));
        var (above, breadcrumb) = reader.GetBoolean(7) ? (title, headings) : ("", "");
        var ranked = reader.GetString(3).Substring(reader.GetInt32(4), reader.GetInt32(5));
        var vector = MemoryMarshal.Cast<byte, float>(reader.GetFieldValue<byte[]>(6)).ToArray();
        return new IndexChunk(reader.GetInt64(0), new ChunkWords(above, breadcrumb, ranked), vector);
    }
}
