using Millrace.Retrieval.Index.Qdrant.Bm25;
using Qdrant.Client.Grpc;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>Makes points of chunks: a chunk's row is its point's id.</summary>
internal sealed class QdrantPoints(SparseWords words)
{
    /// <summary>The points of a document, made one by one while they are read.</summary>
    public IEnumerable<PointStruct> Of(IndexDocument document)
    {
        var payload = QdrantPayload.Of(document.Attributes);
        foreach (var chunk in document.Chunks)
        {
            var point = new PointStruct { Id = (ulong)chunk.Chunk, Vectors = VectorsOf(chunk) };
            foreach (var (field, value) in payload) point.Payload[field] = value;
            yield return point;
        }
    }

    /// <summary>Groups points so that no group has more points or bytes than allowed, but for a single point that is larger.</summary>
    public static IEnumerable<IReadOnlyList<PointStruct>> Batches(IEnumerable<PointStruct> points, int countMax, int bytesMax)
    {
        List<PointStruct> batch = [];
        var bytes = 0;
        foreach (var point in points)
        {
            var size = point.CalculateSize();
            if (batch.Count == countMax || (batch.Count > 0 && bytes + size > bytesMax))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(point);
            bytes += size;
        }

        if (batch.Count > 0) yield return batch;
    }

    private Vectors VectorsOf(IndexChunk chunk)
    {
        var vectors = new Dictionary<string, Vector> { [QdrantFields.Dense] = chunk.Vector.ToArray() };
        var terms = words.OfChunk(chunk.Words);
        if (!terms.IsEmpty) vectors[QdrantFields.Words] = (terms.Values, terms.Indices);
        return vectors;
    }
}
