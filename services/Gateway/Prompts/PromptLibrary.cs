using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Gateway.Prompts;

/// <summary>The prompts and presets that requests and assistants may name, read from files at start.</summary>
public sealed class PromptLibrary
{
    /// <summary>The prompt for answers from documents.</summary>
    public const string RagQa = "rag_qa";

    private const string Setting = "Gateway:PromptFolder";
    private const string PresetFolder = "Presets";
    private static readonly string BuiltIn = Path.Combine(AppContext.BaseDirectory, "Prompts");

    private readonly Dictionary<string, PromptTemplate> _prompts;
    private readonly Dictionary<string, PromptPreset> _presets;

    private PromptLibrary(Dictionary<string, PromptTemplate> prompts, Dictionary<string, PromptPreset> presets) =>
        (_prompts, _presets) = (prompts, presets);

    /// <summary>The names of all prompts.</summary>
    public IEnumerable<string> Names => Plain(_prompts.Keys);

    /// <summary>The names of all presets.</summary>
    public IEnumerable<string> PresetNames => Plain(_presets.Keys);

    /// <summary>Reads all <c>*.yaml</c> files of a folder, and of its folder <c>Presets</c>; without that, the presets are those that come
    /// with the program.</summary>
    /// <exception cref="StartupException">A file is not valid; the message names every file and error.</exception>
    public static PromptLibrary Load(string folder)
    {
        var presets = Path.Combine(folder, PresetFolder);
        if (!Directory.Exists(presets)) presets = Path.Combine(BuiltIn, PresetFolder);
        return new PromptLibrary(
            Index(PromptFiles.Read<PromptFile>(folder, Setting), file => new PromptTemplate(file)),
            Index(
                PromptFiles.Read<PromptPresetFile>(presets, Setting),
                file => new PromptPreset(file.Name, file.Version, file.Instructions.Trim(), file.NeedsTools)));
    }

    /// <summary>The newest version of a prompt, or the one that is named behind an @, as in <c>rag_qa@v3</c>; null when it is not
    /// there.</summary>
    public PromptTemplate? Find(string name) => _prompts.GetValueOrDefault(name);

    /// <summary>The newest version of a preset, or the one that is named behind an @; null when it is not there.</summary>
    public PromptPreset? FindPreset(string name) => _presets.GetValueOrDefault(name);

    // Every version under its whole name, and the newest under its name alone.
    private static Dictionary<string, TPrompt> Index<TFile, TPrompt>(IReadOnlyList<TFile> files, Func<TFile, TPrompt> read)
        where TFile : IPromptFile
    {
        var newest = PromptFiles.Newest(files);
        return files.Select(file => ($"{file.Name}@{file.Version}", read(file)))
            .Concat(newest.Select(file => (file.Key, read(file.Value))))
            .DistinctBy(prompt => prompt.Item1)
            .ToDictionary(prompt => prompt.Item1, prompt => prompt.Item2, StringComparer.Ordinal);
    }

    private static IEnumerable<string> Plain(IEnumerable<string> names) =>
        names.Where(name => !name.Contains('@', StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
