using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Filtering;

namespace Millrace.Retrieval.Store;

/// <summary>
/// The passages, as the truth has them. An index may be behind; what it returns is read here, and what a caller may not see any more is
/// left out.
/// </summary>
internal sealed class PassageStore(RetrievalDatabase database)
{
    private const int RowsPerQuery = 500;

    private const string Select = """
        SELECT k.row AS Row, k.edition AS Edition, c.tenant AS Tenant, c.name AS CollectionName, d.row AS DocumentRow,
            d.document_id AS DocumentId, d.title AS DocumentTitle, d.media_type AS MediaType, d.updated_at_ms AS UpdatedAtMs,
            d.metadata AS Metadata, d.labels AS Labels, e.document_version AS DocumentVersion, k.ordinal AS Ordinal, k.title AS Title,
            k.breadcrumb AS Breadcrumb, k.text AS Text, k.start AS Start, k.token_count AS TokenCount
        FROM chunks k JOIN editions e ON e.row = k.edition AND e.live = 1 JOIN documents d ON d.row = e.document
            JOIN collections c ON c.row = d.collection AND c.deleted = 0
        """;

    /// <summary>Reads chunks. Those that are gone, and those of documents that do not pass the filter any more, are left out.</summary>
    /// <param name="chunks">Rows of the chunks.</param>
    /// <param name="filter">Which documents may be found.</param>
    public IReadOnlyDictionary<long, StoredPassage> Passages(IReadOnlyCollection<long> chunks, DocumentFilter filter) =>
        database.Read(connection => chunks.Chunk(RowsPerQuery)
            .SelectMany(rows => Visible(connection, $"{Select} WHERE k.row IN @rows", new { rows }, filter))
            .ToDictionary(passage => passage.Row));

    /// <summary>Chunks of the same document in the same generation, in reading order, the passage itself included.</summary>
    /// <param name="passage">A passage that was read before.</param>
    /// <param name="before">How many in front of it.</param>
    /// <param name="after">How many behind it.</param>
    /// <param name="heldLabels">Labels that the caller holds.</param>
    /// <returns>The chunks; none when the document was replaced, deleted or hidden meanwhile.</returns>
    public IReadOnlyList<StoredPassage> Neighbours(StoredPassage passage, int before, int after, IReadOnlyList<string> heldLabels) =>
        database.Read(connection => Visible(
            connection,
            $"{Select} WHERE k.edition = @Edition AND k.ordinal BETWEEN @First AND @Last ORDER BY k.ordinal",
            new { passage.Edition, First = passage.Ordinal - before, Last = passage.Ordinal + after },
            new DocumentFilter(Filter: null, heldLabels)).ToList());

    /// <summary>A span of the text of a passage's document, in the passage's version; its ends are moved into the text.</summary>
    /// <param name="passage">A passage that was read before.</param>
    /// <param name="start">Offset of the first UTF-16 code unit.</param>
    /// <param name="length">Length in UTF-16 code units.</param>
    /// <returns>The text; null when that version is not kept any more.</returns>
    public string? Span(StoredPassage passage, int start, int length) => database.Read(connection =>
    {
        var text = connection.ExecuteScalar<string?>(
            "SELECT text FROM texts WHERE document = @Document AND version = @DocumentVersion",
            new { passage.Attributes.Document, passage.DocumentVersion });
        if (text is null) return null;
        var first = Math.Clamp(start, 0, text.Length);
        return text.Substring(first, Math.Clamp(length, 0, text.Length - first));
    });

    private static IEnumerable<StoredPassage> Visible(
        SqliteConnection connection, string sql, object parameters, DocumentFilter filter) =>
        connection.Query<PassageRow>(sql, parameters).Select(row => row.ToPassage()).Where(p => filter.Allows(p.Attributes));

    private sealed class PassageRow
    {
        public long Row { get; init; }

        public long Edition { get; init; }

        public string Tenant { get; init; } = "";

        public string CollectionName { get; init; } = "";

        public long DocumentRow { get; init; }

        public string DocumentId { get; init; } = "";

        public string DocumentTitle { get; init; } = "";

        public string MediaType { get; init; } = "";

        public long UpdatedAtMs { get; init; }

        public string Metadata { get; init; } = "{}";

        public string Labels { get; init; } = "[]";

        public int DocumentVersion { get; init; }

        public int Ordinal { get; init; }

        public string Title { get; init; } = "";

        public string Breadcrumb { get; init; } = "[]";

        public string Text { get; init; } = "";

        public int Start { get; init; }

        public int TokenCount { get; init; }

        public StoredPassage ToPassage() => new()
        {
            Row = Row,
            Edition = Edition,
            Document = new DocumentKey(new CollectionKey(Tenant, CollectionName), DocumentId),
            Attributes = new DocumentAttributes(
                DocumentRow,
                DocumentId,
                MediaType,
                DocumentTitle,
                DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAtMs),
                StoreJson.Object(Metadata),
                StoreJson.List(Labels)),
            DocumentVersion = DocumentVersion,
            Ordinal = Ordinal,
            Title = Title,
            Breadcrumb = StoreJson.List(Breadcrumb),
            Text = Text,
            Start = Start,
            TokenCount = TokenCount,
        };
    }
}
