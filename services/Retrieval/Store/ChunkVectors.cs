using System.Runtime.InteropServices;
using Dapper;

namespace Millrace.Retrieval.Store;

/// <summary>The vectors of chunks, as they were embedded.</summary>
internal sealed class ChunkVectors(RetrievalDatabase database)
{
    private const int RowsPerQuery = 500;

    private const string Select = "SELECT row AS Row, vector AS Vector FROM chunks WHERE row IN @rows";

    /// <summary>Reads vectors by the chunks' rows. Those of chunks that are gone are left out.</summary>
    public IReadOnlyDictionary<long, ReadOnlyMemory<float>> Read(IReadOnlyCollection<long> chunks) => database.Read(connection =>
        chunks.Chunk(RowsPerQuery)
            .SelectMany(rows => connection.Query<VectorRow>(Select, new { rows }))
            .ToDictionary(row => row.Row, row => new ReadOnlyMemory<float>(MemoryMarshal.Cast<byte, float>(row.Vector).ToArray())));

    private sealed class VectorRow
    {
        public long Row { get; init; }

        public byte[] Vector { get; init; } = [];
    }
}
