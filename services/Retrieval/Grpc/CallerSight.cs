using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Grpc;

/// <summary>
/// Which documents a caller sees whose labels are bounded: those without labels, and those with one that it holds. The others are not there
/// for it: who could change the labels of a document that is hidden from him could unhide it.
/// </summary>
internal static class CallerSight
{
    /// <summary>Whether the caller sees a document.</summary>
    public static bool Sees(StoredDocument document) =>
        CallContext.Current.Labels is not { } labels || new DocumentFilter(null, labels).Allows(document.Attributes);

    /// <summary>A document that is there for the caller.</summary>
    /// <exception cref="MillraceException">It is not.</exception>
    public static StoredDocument Require(DocumentCatalog documents, DocumentKey key) =>
        documents.Require(key) is var document && Sees(document) ? document : throw DocumentStore.NotFound(key);

    /// <summary>Refuses work on a document that is hidden from the caller, in the words for one that is not there.</summary>
    /// <exception cref="MillraceException">It is hidden.</exception>
    public static void RequireSeen(DocumentCatalog documents, DocumentKey key)
    {
        if (IsHidden(documents, key)) throw DocumentStore.NotFound(key);
    }

    /// <summary>Refuses an upload in the place of a document that is hidden from the caller.</summary>
    /// <exception cref="MillraceException">It is hidden.</exception>
    public static void RequireReplaceable(DocumentCatalog documents, DocumentKey key)
    {
        if (IsHidden(documents, key))
            throw new MillraceException(
                Reason.PermissionDenied, "This id is taken by a document that this key may not see. Choose another.")
            {
                Param = "document_id",
            };
    }

    private static bool IsHidden(DocumentCatalog documents, DocumentKey key) =>
        CallContext.Current.Labels is not null && documents.Find(key) is { } found && !Sees(found);
}
