using Millrace.Gateway.Prompts;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Gateway.Sessions;

/// <summary>The prompt for summaries, as its file states it.</summary>
internal sealed class SummaryPromptFile : IPromptFile
{
    private static readonly string[] Known = ["summary", "messages"];

    public string Name { get; set; } = string.Empty;

    public string Version { get; set; } = string.Empty;

    public string System { get; set; } = string.Empty;

    public string User { get; set; } = string.Empty;

    public IEnumerable<string> Validate()
    {
        foreach (var (key, value) in new[] { ("name", Name), ("version", Version), ("system", System), ("user", User) })
            if (string.IsNullOrWhiteSpace(value)) yield return $"'{key}' is missing. Add it.";
        var variables = new TextTemplate(User).Variables;
        foreach (var unknown in variables.Except(Known))
            yield return $"'user' uses ${unknown}. Use $summary or $messages, or $$ for a dollar sign.";
        foreach (var missing in Known.Except(variables)) yield return $"'user' lacks ${missing}. Add it where the value belongs.";
    }
}

/// <summary>The prompt with which a model sums up a conversation, read from a file at start.</summary>
public sealed class SummaryPrompt
{
    private const string Name = "conversation_summary";

    private readonly string _system;
    private readonly TextTemplate _user;

    private SummaryPrompt(SummaryPromptFile file) => (_system, _user) = (file.System, new TextTemplate(file.User));

    /// <summary>Reads the newest version from a folder.</summary>
    /// <exception cref="StartupException">A file is not valid, or the prompt is missing.</exception>
    public static SummaryPrompt Load(string folder)
    {
        var newest = PromptFiles.Newest(PromptFiles.Read<SummaryPromptFile>(folder, "Gateway:Summaries:PromptFolder"));
        return newest.TryGetValue(Name, out var file)
            ? new SummaryPrompt(file)
            : throw new StartupException($"The prompt '{Name}' is missing from '{folder}'. Add its file.");
    }

    /// <summary>The messages that ask for a summary.</summary>
    public IReadOnlyList<ChatTurn> Ask(string summary, string messages) =>
    [
        new ChatTurn(ChatRole.System, _system),
        new ChatTurn(ChatRole.User, _user.Fill(("summary", summary.Length == 0 ? "(none)" : summary), ("messages", messages))),
    ];
}
