using System.Globalization;
using Millrace.Retrieval.Filtering;

namespace Millrace.Retrieval.Store;

/// <summary>A chunk as a search returns it.</summary>
internal sealed record StoredPassage
{
    /// <summary>Its row.</summary>
    public required long Row { get; init; }

    /// <summary>The edition that it belongs to: one document in one generation.</summary>
    public required long Edition { get; init; }

    /// <summary>Its document.</summary>
    public required DocumentKey Document { get; init; }

    /// <summary>What decides whether the document may be found, as it stands now.</summary>
    public required DocumentAttributes Attributes { get; init; }

    /// <summary>Version of the document that was indexed.</summary>
    public required int DocumentVersion { get; init; }

    /// <summary>Its place among the document's chunks, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Title of the document, when it was indexed.</summary>
    public required string Title { get; init; }

    /// <summary>Headings above it, outermost first.</summary>
    public required IReadOnlyList<string> Breadcrumb { get; init; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>Offset of its first UTF-16 code unit in the document's text.</summary>
    public required int Start { get; init; }

    /// <summary>Its tokens, counted by the embedding model.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Its id: the same as long as the document's content and the way of cutting are.</summary>
    public string ChunkId => string.Create(CultureInfo.InvariantCulture, $"{Document.DocumentId}#v{DocumentVersion}.{Ordinal}");
}
