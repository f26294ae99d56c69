using System.Globalization;
using System.Text.Json;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>Passages as a search finds them.</summary>
internal static class Found
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public static Candidate Candidate(long row, double score, double ageDays = 0, string metadata = "{}") =>
        new(Passage(row, $"text {row}", Now.AddDays(-ageDays), metadata), score);

    public static StoredPassage Passage(long row, string text, DateTimeOffset updatedAt = default, string metadata = "{}")
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"d{row}");
        return new StoredPassage
        {
            Row = row,
            Edition = row,
            Document = new DocumentKey(new CollectionKey("tenant", "c"), id),
            Attributes = new DocumentAttributes(
                row, id, "text/plain", id, updatedAt, JsonSerializer.Deserialize<JsonElement>(metadata), []),
            DocumentVersion = 1,
            Ordinal = 0,
            Title = id,
            Breadcrumb = [],
            Text = text,
            Start = 0,
            TokenCount = FakeEmbeddingService.CountTokens(text),
        };
    }

    public static long[] Rows(IEnumerable<Candidate> candidates) => [.. candidates.Select(candidate => candidate.Passage.Row)];
}
