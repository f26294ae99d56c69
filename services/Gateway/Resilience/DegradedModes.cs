namespace Millrace.Gateway.Resilience;

/// <summary>A way to go on without a part of the platform.</summary>
/// <param name="Name">Its name in answers, <c>/health</c> and metrics.</param>
/// <param name="Dependency">The service whose absence alone brings it about; null when it has other causes.</param>
/// <param name="Works">What still works.</param>
/// <param name="CallerSees">What a caller sees.</param>
internal sealed record DegradedMode(string Name, string? Dependency, string Works, string CallerSees);

/// <summary>
/// The one table of what happens when a part is missing; docs/operations.md is checked against it by a test, and every name that an answer
/// gives is in it.
/// </summary>
internal static class DegradedModes
{
    public const string Guardrails = "guardrails";
    public const string Retrieval = "retrieval";
    public const string Sessions = "sessions";
    public const string QueryWriting = "query_writing";
    public const string Fallback = "fallback";
    public const string Examples = "examples";
    public const string Compression = "compression";

    /// <summary>All modes.</summary>
    public static IReadOnlyList<DegradedMode> All { get; } =
    [
        new(Guardrails, Dependency.Guardrails, "everything that asks no model", "503; with `Gateway:GuardFailOpen`, unchecked answers"),
        new(Retrieval, Dependency.Retrieval, "chats without collections", "503; with `Gateway:RetrievalFailOpen`, a refusal or no sources"),
        new(Sessions, Dependency.Sessions, "chats without a conversation", "503 before the answer; an answer that is not kept, after it"),
        new("embedding", Dependency.Embedding, "everything but `/v1/embeddings`", "passages found by keywords alone"),
        new("inference", Dependency.Inference, "documents, search, conversations", "503"),
        new("rerank", null, "everything", "passages in the order before"),
        new("routing", null, "everything", "all collections were searched"),
        new("token_count", null, "everything", "fewer passages than might fit"),
        new(QueryWriting, null, "everything", "the message itself was searched for"),
        new(Fallback, null, "everything", "another model answered"),
        new(Examples, null, "everything", "the first examples, not the most similar ones"),
        new(Compression, null, "everything", "passages shortened by the words they share alone"),
    ];

    /// <summary>Those that one service's absence brings about.</summary>
    public static IReadOnlyList<DegradedMode> OfDependencies { get; } = [.. All.Where(mode => mode.Dependency is not null)];
}
