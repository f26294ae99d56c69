using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Gateway.Api.Documents;

/// <summary>
/// <c>GET .../documents/{id}/text</c>: the words that a citation points to. An id may contain slashes, so that the word behind the last one
/// decides; a document whose own id ends in "/text" is asked for with that slash escaped.
/// </summary>
internal static class DocumentTextReader
{
    private const string Suffix = "/text";
    private const int LengthMax = 65_536;

    /// <summary>Whether a path asks for the text.</summary>
    public static bool IsText(string id) => id.Length > Suffix.Length && id.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Reads a span.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">The document, or its version, does not exist for this caller.</exception>
    public static async Task<IResult> ReadAsync(
        RetrievalService.RetrievalServiceClient retrieval,
        string collection,
        string id,
        HttpRequest request,
        CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "version", "start", "length");
        var asked = new ReadSpanRequest
        {
            Collection = collection,
            DocumentId = DocumentsEndpoints.Decode(id[..^Suffix.Length]),
            DocumentVersion = QueryFields.Count(request, "version", 1, int.MaxValue) ?? 0,
            Start = QueryFields.Count(request, "start", 0, int.MaxValue) ?? 0,
            Length = QueryFields.Count(request, "length", 1, LengthMax) ?? 0,
        };
        asked.AccessLabels.Add(DocumentFields.ReadLabels(request));
        var answer = await retrieval.ReadSpanAsync(asked, cancellationToken: cancellationToken);
        var text = new TextJson(
            "document.text",
            collection,
            asked.DocumentId,
            answer.Title,
            (int)answer.DocumentVersion,
            answer.CurrentVersion == 0 ? null : (int)answer.CurrentVersion,
            (int)asked.Start,
            (int)answer.TextLength,
            answer.Text);
        return ApiResults.Json(text, DocumentJsonContext.Default.TextJson);
    }
}
