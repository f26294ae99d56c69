using System.Text;
using System.Text.Json;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Api.Search;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Documents;

/// <summary>
/// What is said of a document beside its bytes: as headers of a raw upload, as fields of a form, as the body of a change. Headers and not
/// the query, because URLs end up in the logs of every proxy on the way.
/// </summary>
internal static class DocumentFields
{
    /// <summary>
    /// Header with a JSON object, in ASCII: other characters as <c>\u</c> escapes. The platform's own prefix would not pass the edge, which
    /// believes no client that uses it.
    /// </summary>
    public const string MetadataHeader = "document-metadata";

    /// <summary>Header with a JSON array of labels, in ASCII.</summary>
    public const string LabelsHeader = "access-labels";

    private const int MetadataBytesMax = 16 * 1024;
    private const int IdCharsMax = 1024;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>What a request says in its headers and query.</summary>
    public static UploadHeader ReadHeader(HttpRequest request)
    {
        var header = new UploadHeader { Wait = QueryFields.Flag(request, "wait") ?? true, JobId = request.Query["job_id"].ToString() };
        if (request.Headers[MetadataHeader].ToString() is { Length: > 0 } metadata)
            header.MetadataJson = Metadata(MetadataHeader, metadata);
        header.AccessLabels.Add(ReadLabels(request));
        return header;
    }

    /// <summary>The labels in the request's header; none without it.</summary>
    public static IReadOnlyList<string> ReadLabels(HttpRequest request) =>
        request.Headers[LabelsHeader].ToString() is { Length: > 0 } labels ? Labels(LabelsHeader, labels) : [];

    /// <summary>Sets a field of a form.</summary>
    /// <exception cref="MillraceException">The field is not known or its value is wrong; the exception names it.</exception>
    public static void SetFormField(UploadHeader header, string name, string value)
    {
        if (name == "metadata") header.MetadataJson = Metadata(name, value);
        else if (name == "access_labels") header.AccessLabels.Add(LabelsOrOne(name, value));
        else if (name == "document_id") header.DocumentId = Text(name, value, IdCharsMax);
        else if (name == "job_id") header.JobId = Text(name, value, RetrievalFields.LabelCharsMax);
        else throw FormUpload.Unsupported(name);
        if (header.AccessLabels.Count > RetrievalFields.LabelsMax)
            throw MillraceException.InvalidArgument(name, $"'{name}' must have at most {RetrievalFields.LabelsMax} items.");
    }

    /// <summary>Reads a change of what is said of a document.</summary>
    public static UpdateDocumentRequest ReadUpdate(JsonField body)
    {
        var request = new UpdateDocumentRequest();
        foreach (var field in body.Properties())
        {
            if (field.Name is not ("metadata" or "access_labels")) throw field.Unknown();
            if (field.IsNull) continue;
            if (field.Name == "metadata") request.MetadataJson = Metadata(field);
            else request.AccessLabels = new AccessLabels { Labels = { RetrievalFields.Labels(field) } };
        }

        if (!request.HasMetadataJson && request.AccessLabels is null)
            throw new MillraceException(Reason.InvalidArgument, "The body changes nothing. Send 'metadata', 'access_labels' or both.");
        return request;
    }

    private static string Metadata(string name, string json)
    {
        using var document = Parse(name, json);
        return Metadata(new JsonField(name, name, document.RootElement));
    }

    private static string Metadata(JsonField field)
    {
        field.Properties();
        field.RequireUnicode();
        var json = field.Value.GetRawText();
        return Encoding.UTF8.GetByteCount(json) <= MetadataBytesMax
            ? json
            : throw field.Invalid($"must have at most {MetadataBytesMax} bytes");
    }

    private static IReadOnlyList<string> LabelsOrOne(string name, string value) =>
        value.TrimStart().StartsWith('[') ? Labels(name, value) : [Text(name, value.Trim(), RetrievalFields.LabelCharsMax)];

    private static IReadOnlyList<string> Labels(string name, string json)
    {
        using var document = Parse(name, json);
        return RetrievalFields.Labels(new JsonField(name, name, document.RootElement));
    }

    private static string Text(string name, string value, int charsMax) => value.Length > 0 && value.Length <= charsMax
        ? value
        : throw MillraceException.InvalidArgument(name, $"'{name}' must have 1 to {charsMax} characters.");

    private static JsonDocument Parse(string name, string json)
    {
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second is half of a surrogate pair in the name of a field, which cannot be compared with the others.
            var what = $"'{name}' is not valid JSON of at most {Strict.MaxDepth} levels. Escape it as one line.";
            throw new MillraceException(Reason.InvalidArgument, what, error) { Param = name };
        }
    }
}
