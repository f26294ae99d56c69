using Millrace.Gateway.Prompts;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Gateway.QueryWriting;

/// <summary>A prompt for writing queries, as its file states it.</summary>
internal sealed class QueryPromptFile : IPromptFile
{
    private static readonly string[] Known = ["history", "question", "count"];

    public string Name { get; set; } = string.Empty;

    public string Version { get; set; } = string.Empty;

    public string System { get; set; } = string.Empty;

    public string User { get; set; } = string.Empty;

    public IEnumerable<string> Validate()
    {
        foreach (var (key, value) in new[] { ("name", Name), ("version", Version), ("system", System), ("user", User) })
            if (string.IsNullOrWhiteSpace(value)) yield return $"'{key}' is missing. Add it.";
        foreach (var unknown in new TextTemplate(User).Variables.Except(Known))
            yield return $"'user' uses ${unknown}. Use $history, $question or $count, or $$ for a dollar sign.";
    }
}

/// <summary>The prompts with which a model writes queries, read from files at start.</summary>
public sealed class QueryPrompts
{
    /// <summary>Turns the last message into a question that needs no history.</summary>
    public const string Rewrite = "query_rewrite";

    /// <summary>Words a question in other ways.</summary>
    public const string Variants = "query_variants";

    /// <summary>Writes an answer as it might stand in a document.</summary>
    public const string Passage = "query_passage";

    private readonly Dictionary<string, QueryPromptFile> _newest;

    private QueryPrompts(Dictionary<string, QueryPromptFile> newest) => _newest = newest;

    /// <summary>Reads all <c>*.yaml</c> files of a folder.</summary>
    /// <exception cref="StartupException">A file is not valid, or one of the prompts is missing.</exception>
    public static QueryPrompts Load(string folder)
    {
        var newest = PromptFiles.Newest(PromptFiles.Read<QueryPromptFile>(folder, "Gateway:QueryWriting:PromptFolder"));
        foreach (var name in new[] { Rewrite, Variants, Passage })
            if (!newest.ContainsKey(name)) throw new StartupException($"The prompt '{name}' is missing from '{folder}'. Add its file.");
        return new QueryPrompts(newest);
    }

    /// <summary>What a prompt says by itself, with nothing filled in.</summary>
    public string Words(string name)
    {
        var prompt = _newest[name];
        return prompt.System + '\n' + new TextTemplate(prompt.User).Fill(("history", ""), ("question", ""), ("count", ""));
    }

    /// <summary>The messages that ask for one kind of writing.</summary>
    /// <param name="name">The prompt.</param>
    /// <param name="question">What the user asks.</param>
    /// <param name="history">What was said before; empty for none.</param>
    /// <param name="count">How many lines are wanted.</param>
    public IReadOnlyList<ChatTurn> Ask(string name, string question, string history = "", string count = "1")
    {
        var prompt = _newest[name];
        var user = new TextTemplate(prompt.User).Fill(("history", history), ("question", question), ("count", count));
        return [new ChatTurn(ChatRole.System, prompt.System), new ChatTurn(ChatRole.User, user)];
    }
}
