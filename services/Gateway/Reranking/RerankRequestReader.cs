using System.Text.Json;
using Millrace.Gateway.Api;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Reranking;

/// <summary>A request to order documents by a query.</summary>
/// <param name="Model">Name of the model; empty for the default.</param>
/// <param name="Query">The query.</param>
/// <param name="Documents">The documents.</param>
/// <param name="Top">How many results are wanted; 0 for all.</param>
/// <param name="ReturnDocuments">Whether results carry their documents.</param>
internal sealed record RankRequest(string Model, string Query, IReadOnlyList<string> Documents, int Top, bool ReturnDocuments);

/// <summary>The body of <c>POST /v1/rerank</c>.</summary>
internal static class RerankRequestReader
{
    /// <summary>Most documents of one request.</summary>
    public const int DocumentsMax = 1024;

    private const int QueryCharsMax = 8192;

    /// <summary>The parameters that are honoured.</summary>
    public static IEnumerable<string> HonouredNames { get; } = ["model", "query", "documents", "top_n", "return_documents"];

    /// <summary>Reads a body.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or not supported; the exception names it.</exception>
    public static RankRequest Read(JsonElement body)
    {
        var request = new RankRequest(string.Empty, string.Empty, [], 0, false);
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (!HonouredNames.Contains(field.Name)) throw field.Unknown();
            if (field.IsNull) continue;
            request = field.Name switch
            {
                "model" => request with { Model = field.Text(256) },
                "query" => request with { Query = field.Text(QueryCharsMax) },
                "documents" => request with { Documents = [.. field.Items(1, DocumentsMax).Select(Document)] },
                "top_n" => request with { Top = (int)field.Integer(1, int.MaxValue) },
                _ => request with { ReturnDocuments = field.Boolean() },
            };
        }

        if (string.IsNullOrWhiteSpace(request.Query))
            throw MillraceException.InvalidArgument("query", "'query' is missing or blank. Say what the documents are compared with.");
        return request.Documents.Count > 0
            ? request
            : throw MillraceException.InvalidArgument("documents", "'documents' is missing. Send an array of texts.");
    }

    private static string Document(JsonField field)
    {
        if (field.Kind == JsonValueKind.String) return field.Text();
        string? text = null;
        foreach (var part in field.Properties())
        {
            if (part.Name != "text") throw part.Unknown();
            text = part.Text();
        }

        return text ?? throw field.Missing("text");
    }
}
