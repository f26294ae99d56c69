using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>Which span of a document is asked for.</summary>
/// <param name="Document">The document.</param>
/// <param name="Version">The version; 0 for the one that is found now.</param>
/// <param name="Start">Offset of the first UTF-16 code unit.</param>
/// <param name="Length">Length in UTF-16 code units; 0 for as much as is allowed.</param>
/// <param name="HeldLabels">Labels that the caller holds.</param>
internal sealed record SpanQuery(DocumentKey Document, int Version, int Start, int Length, IReadOnlyList<string> HeldLabels);

/// <summary>A span of a document.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Source">The version that it is of.</param>
internal sealed record DocumentSpan(string Text, StoredText Source);

/// <summary>Reads spans of documents, so that a citation can be shown after its document was replaced.</summary>
internal sealed class SpanReader(TextStore texts)
{
    private const int LengthMax = 65_536;

    /// <summary>Reads a span. A half of a surrogate pair at its ends is left out.</summary>
    /// <exception cref="MillraceException">The span is not valid; or there is no such document or version, or the caller may not see
    /// it.</exception>
    public DocumentSpan Read(SpanQuery query)
    {
        if (query.Length > LengthMax)
            throw MillraceException.InvalidArgument("length", $"length is {query.Length}. Set it to 1 to {LengthMax}, or 0 for that.");
        var found = texts.Find(query.Document, query.Version);
        if (found is null || !new DocumentFilter(null, query.HeldLabels).Allows(found.Document.Attributes)) throw NotFound(query);
        if (query.Start > found.Text.Length)
            throw MillraceException.InvalidArgument(
                "start", $"start is {query.Start}, and the text of that version has {found.Text.Length} UTF-16 code units.");
        var length = Math.Min(query.Length == 0 ? LengthMax : query.Length, found.Text.Length - query.Start);
        return new DocumentSpan(WholeCharacters(found.Text, query.Start, query.Start + length), found);
    }

    private static string WholeCharacters(string text, int start, int end)
    {
        if (start < end && char.IsLowSurrogate(text[start])) start++;
        if (start < end && char.IsHighSurrogate(text[end - 1])) end--;
        return text[start..end];
    }

    private static MillraceException NotFound(SpanQuery query) => query.Version == 0
        ? DocumentStore.NotFound(query.Document)
        : new MillraceException(
            Reason.DocumentNotFound,
            $"There is no version {query.Version} of a document '{query.Document.DocumentId}' in the collection "
            + $"'{query.Document.Collection.Name}'. Only the last versions are kept; ask for version 0 to read the current one.")
        { Param = "document_id" };
}
