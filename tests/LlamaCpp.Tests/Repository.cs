namespace Millrace.LlamaCpp.Tests;

/// <summary>Where the repository's own files are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string ChatModel => Path.Combine(Root, "models", "tiny-rag-chat.gguf");

    public static string EmbedModel => Path.Combine(Root, "models", "tiny-embed.gguf");

    public static string RerankModel => Path.Combine(Root, "models", "tiny-rerank.gguf");

    public static string HeldoutCases => Path.Combine(Root, "models", "training", "heldout_eval.jsonl");

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "global.json")))
                return directory.FullName;

        throw new DirectoryNotFoundException($"No global.json above {AppContext.BaseDirectory}.");
    }
}
