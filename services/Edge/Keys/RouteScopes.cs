using Millrace.ApiKeys;

namespace Millrace.Edge.Keys;

/// <summary>
/// Which scope a request needs. The one table of it: a row for each kind of path and method, the first that fits counts, and what is in no
/// row needs a key that may do everything.
/// </summary>
internal static class RouteScopes
{
    private static readonly Row[] Rows =
    [
        new("/v1/chat", "POST", KeyScopes.Chat, TakesTokens: true),
        new("/v1/completions", "POST", KeyScopes.Chat, TakesTokens: true),
        new("/v1/messages/count_tokens", "POST", KeyScopes.Chat),
        new("/v1/messages", "POST", KeyScopes.Chat, TakesTokens: true),
        new("/v1/moderations", "POST", KeyScopes.Chat),
        new("/v1/guardrails", "GET POST", KeyScopes.Chat),
        new("/v1/files", "GET POST DELETE", KeyScopes.Chat),
        new("/v1/batches", "GET POST", KeyScopes.Chat),
        new("/v1/embeddings", "POST", KeyScopes.Embeddings, TakesTokens: true),
        new("/v1/rerank", "POST", KeyScopes.Embeddings, TakesTokens: true),
        new("/v1/models", "GET", KeyScopes.Models),
        new("/v1/requests", "GET", KeyScopes.Chat),
        new("/v1/responses/input_tokens", "POST", KeyScopes.Chat),
        new("/v1/responses", "POST", KeyScopes.Chat, TakesTokens: true),
        new("/v1/responses", "GET DELETE", KeyScopes.Chat),
        new("/v1/conversations", "GET POST DELETE", KeyScopes.Chat),
        new("/v1/search", "POST", KeyScopes.DocumentsRead),
        new("/v1/context", "POST", KeyScopes.DocumentsRead),
        new("/v1/vector_stores", "GET", KeyScopes.DocumentsRead),
        new("/v1/vector_stores", "POST DELETE", KeyScopes.DocumentsWrite),
        new("/v1/collections", "GET", KeyScopes.DocumentsRead),
        new("/v1/collections", "POST PUT PATCH DELETE", KeyScopes.DocumentsWrite),
        new("/v1/jobs", "GET", KeyScopes.DocumentsRead),
        new("/v1/jobs", "POST", KeyScopes.DocumentsWrite),
    ];

    /// <summary>The scope that a request needs.</summary>
    public static string For(PathString path, string method)
    {
        if (IsSearch(path, method)) return KeyScopes.DocumentsRead;
        return Find(path, method, StringComparison.Ordinal)?.Scope ?? KeyScopes.All;
    }

    /// <summary>
    /// Whether a request takes tokens while its caller waits, so that they count against a limit per minute. A gateway reads a path in any
    /// case, so that a key which may do everything does not get around its limit by another spelling.
    /// </summary>
    public static bool TakesTokens(PathString path, string method) =>
        Find(path, method, StringComparison.OrdinalIgnoreCase)?.TakesTokens is true;

    private static Row? Find(PathString path, string method, StringComparison comparison)
    {
        // A path that servers could read in two ways is nobody's to ask for but who may ask for everything.
        if (path.Value is null || path.Value.Contains("//", StringComparison.Ordinal)) return null;
        var asked = HttpMethods.IsHead(method) ? "GET" : method;
        return Array.Find(Rows, row => path.StartsWithSegments(row.Path, comparison) && row.Takes(asked));
    }

    // The one path of which the last word decides: a search of a store reads, though it is posted.
    private static bool IsSearch(PathString path, string method) => HttpMethods.IsPost(method)
        && path.Value?.Split('/') is ["", "v1", "vector_stores", { Length: > 0 }, "search"];

    private sealed record Row(PathString Path, string Methods, string Scope, bool TakesTokens = false)
    {
        private readonly HashSet<string> _methods = new(Methods.Split(' '), StringComparer.OrdinalIgnoreCase);

        public bool Takes(string method) => _methods.Contains(method);
    }
}
