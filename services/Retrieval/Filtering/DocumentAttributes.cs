using System.Text.Json;

namespace Millrace.Retrieval.Filtering;

/// <summary>What of a document decides whether a search may find it.</summary>
/// <param name="Document">Row of the document.</param>
/// <param name="DocumentId">Its id in the collection.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Title">Its title.</param>
/// <param name="UpdatedAt">When its content last changed.</param>
/// <param name="Metadata">What the application said of it: a JSON object that does not depend on a document's lifetime.</param>
/// <param name="AccessLabels">Labels of which a caller must hold one; none for everybody.</param>
internal sealed record DocumentAttributes(
    long Document,
    string DocumentId,
    string MediaType,
    string Title,
    DateTimeOffset UpdatedAt,
    JsonElement Metadata,
    IReadOnlyList<string> AccessLabels);
