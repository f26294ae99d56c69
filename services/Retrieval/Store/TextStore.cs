using Dapper;

namespace Millrace.Retrieval.Store;

/// <summary>The text of one version of a document.</summary>
/// <param name="Document">The document as it stands now.</param>
/// <param name="Version">The version.</param>
/// <param name="Title">Its title then.</param>
/// <param name="Text">Its whole text.</param>
internal sealed record StoredText(StoredDocument Document, int Version, string Title, string Text);

/// <summary>The texts of the last versions of documents, into which the offsets of citations point.</summary>
internal sealed class TextStore(RetrievalDatabase database)
{
    /// <summary>Reads a version of a document.</summary>
    /// <param name="key">The document.</param>
    /// <param name="version">The version; 0 for the one that is found now.</param>
    /// <returns>The text; null when there is no such document, or that version is not kept.</returns>
    public StoredText? Find(DocumentKey key, int version) => database.Read(connection =>
    {
        if (DocumentStore.Find(connection, key)?.ToDocument() is not { } document) return null;
        var wanted = version == 0 ? document.IndexedVersion : version;
        var found = connection.Query<(string Title, string Text)>(
            "SELECT title, text FROM texts WHERE document = @Row AND version = @wanted", new { document.Row, wanted }).ToList();
        return found.Count == 0 ? null : new StoredText(document, wanted, found[0].Title, found[0].Text);
    });
}
