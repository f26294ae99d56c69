using System.Globalization;
using System.Text.Json;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Index.Qdrant;

/// <summary>Documents and questions for the tests of an index.</summary>
internal static class IndexSamples
{
    public static readonly IndexId Id = new("tenant", 7, 11);

    public static readonly IndexSettings Settings = new(Id, FakeEmbeddingService.Dimension);

    public static readonly DocumentFilter Everything = new(null, []);

    public static DocumentAttributes Attributes(long row, string metadata = "{}", params string[] labels) => new(
        row,
        string.Create(CultureInfo.InvariantCulture, $"d{row}"),
        "text/plain",
        "title",
        new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(row),
        JsonDocument.Parse(metadata).RootElement,
        labels);

    /// <summary>A document whose chunks have the texts, with rows from ten times its own.</summary>
    public static IndexDocument Document(long row, params IEnumerable<string> texts) => new(
        Attributes(row),
        [.. texts.Select((text, i) => new IndexChunk((row * 10) + i, new ChunkWords("", "", text), FakeEmbeddingService.Vector(text)))]);

    public static DenseQuery Dense(string text, int countMax = 100) =>
        new(FakeEmbeddingService.Vector(text), countMax, Everything, Exact: false);

    public static WordQuery ByWords(string text, int countMax = 100) => new(text, countMax, Everything);

    public static IEnumerable<long> Ids(IndexRanking ranking) => ranking.Chunks.Select(chunk => chunk.Chunk);
}
