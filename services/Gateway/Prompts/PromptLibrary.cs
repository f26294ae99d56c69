using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Gateway.Prompts;

/// <summary>The prompts that requests and assistants may name, read from files at start.</summary>
public sealed class PromptLibrary
{
    /// <summary>The prompt for answers from documents.</summary>
    public const string RagQa = "rag_qa";

    private readonly Dictionary<string, PromptTemplate> _newest;

    private PromptLibrary(Dictionary<string, PromptTemplate> newest) => _newest = newest;

    /// <summary>The names of all prompts.</summary>
    public IEnumerable<string> Names => _newest.Keys.Order(StringComparer.Ordinal);

    /// <summary>Reads all <c>*.yaml</c> files of a folder.</summary>
    /// <exception cref="StartupException">A file is not valid; the message names every file and error.</exception>
    public static PromptLibrary Load(string folder) => new(
        PromptFiles.Newest(PromptFiles.Read<PromptFile>(folder, "Gateway:PromptFolder"))
            .ToDictionary(file => file.Key, file => new PromptTemplate(file.Value), StringComparer.Ordinal));

    /// <summary>The newest version of a prompt, or null when there is none of that name.</summary>
    public PromptTemplate? Find(string name) => _newest.GetValueOrDefault(name);
}
