using System.Text.Json;
using Millrace.Retrieval.Filtering;

namespace Millrace.Retrieval.Tests.Filtering;

/// <summary>Documents to filter.</summary>
internal static class Documents
{
    public static readonly DateTimeOffset UpdatedAt = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static DocumentAttributes With(string metadata, params string[] labels) => new(
        1, "shop/returns.md", "text/markdown", "Returns", UpdatedAt, JsonSerializer.Deserialize<JsonElement>(metadata), labels);
}
