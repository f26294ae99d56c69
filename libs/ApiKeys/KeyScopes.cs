namespace Millrace.ApiKeys;

/// <summary>What keys can be allowed to do.</summary>
public static class KeyScopes
{
    /// <summary>Everything, also what no other scope covers.</summary>
    public const string All = "*";

    /// <summary>Chats.</summary>
    public const string Chat = "chat";

    /// <summary>Embeddings and reranking.</summary>
    public const string Embeddings = "embeddings";

    /// <summary>Lists of models.</summary>
    public const string Models = "models";

    /// <summary>Reading collections, documents and jobs, and searching.</summary>
    public const string DocumentsRead = "documents:read";

    /// <summary>Making, changing and deleting collections and documents.</summary>
    public const string DocumentsWrite = "documents:write";

    /// <summary>Seeing documents whatever labels they have.</summary>
    public const string AllLabels = "labels:*";

    /// <summary>Every scope that a key can have.</summary>
    public static IReadOnlyList<string> Known { get; } = [All, Chat, Embeddings, Models, DocumentsRead, DocumentsWrite, AllLabels];
}
