using Millrace.ServiceDefaults.Hosting;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Millrace.Gateway.Prompts;

/// <summary>The prompts that requests and assistants may name, read from files at start.</summary>
public sealed class PromptLibrary
{
    /// <summary>The prompt for answers from documents.</summary>
    public const string RagQa = "rag_qa";

    private readonly Dictionary<string, PromptTemplate> _newest;

    private PromptLibrary(IEnumerable<PromptTemplate> prompts) => _newest = prompts
        .OrderBy(prompt => prompt.Version.Length).ThenBy(prompt => prompt.Version, StringComparer.Ordinal)
        .GroupBy(prompt => prompt.Name, StringComparer.Ordinal)
        .ToDictionary(versions => versions.Key, versions => versions.Last(), StringComparer.Ordinal);

    /// <summary>The names of all prompts.</summary>
    public IEnumerable<string> Names => _newest.Keys.Order(StringComparer.Ordinal);

    /// <summary>Reads all <c>*.yaml</c> files of a folder.</summary>
    /// <exception cref="StartupException">A file is not valid; the message names every file and error.</exception>
    public static PromptLibrary Load(string folder)
    {
        if (!Directory.Exists(folder))
            throw new StartupException($"The prompt folder '{folder}' is missing. Set Gateway:PromptFolder to it.");
        var files = Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal).Select(Read).ToList();
        var errors = files.SelectMany(file => file.Errors).ToList();
        if (errors.Count > 0) throw new StartupException(string.Join(Environment.NewLine, errors));
        return new PromptLibrary(files.Select(file => new PromptTemplate(file.Content)));
    }

    /// <summary>The newest version of a prompt, or null when there is none of that name.</summary>
    public PromptTemplate? Find(string name) => _newest.GetValueOrDefault(name);

    private static (PromptFile Content, IReadOnlyList<string> Errors) Read(string path)
    {
        try
        {
            var content = new DeserializerBuilder()
                .WithNamingConvention(UnderscoredNamingConvention.Instance)
                .Build()
                .Deserialize<PromptFile?>(File.ReadAllText(path)) ?? new PromptFile();
            return (content, [.. content.Validate().Select(error => $"{path}: {error}")]);
        }
        catch (YamlException error)
        {
            var what = $"{path}, line {error.Start.Line}: not valid YAML or an unknown key ({error.Message}). Correct it.";
            return (new PromptFile(), [what]);
        }
    }
}
