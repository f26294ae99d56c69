using Millrace.ServiceDefaults.Hosting;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Millrace.Gateway.Prompts;

/// <summary>A prompt as its file states it.</summary>
internal interface IPromptFile
{
    /// <summary>Name, such as <c>rag_qa</c>.</summary>
    string Name { get; }

    /// <summary>Version, such as <c>v3</c>.</summary>
    string Version { get; }

    /// <summary>All errors of the file, each with its remedy.</summary>
    IEnumerable<string> Validate();
}

/// <summary>Reads folders of prompt files.</summary>
internal static class PromptFiles
{
    /// <summary>Reads all <c>*.yaml</c> files of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="setting">Name of the setting that says where it is.</param>
    /// <exception cref="StartupException">A file is not valid; the message names every file and error.</exception>
    public static IReadOnlyList<T> Read<T>(string folder, string setting)
        where T : class, IPromptFile, new()
    {
        if (!Directory.Exists(folder)) throw new StartupException($"The prompt folder '{folder}' is missing. Set {setting} to it.");
        var files = Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal).Select(ReadFile<T>).ToList();
        var errors = files.SelectMany(file => file.Errors).ToList();
        if (errors.Count > 0) throw new StartupException(string.Join(Environment.NewLine, errors));
        return [.. files.Select(file => file.Content)];
    }

    /// <summary>The newest version of each prompt, by name.</summary>
    public static Dictionary<string, T> Newest<T>(IEnumerable<T> prompts)
        where T : IPromptFile => prompts
        .OrderBy(prompt => prompt.Version.Length).ThenBy(prompt => prompt.Version, StringComparer.Ordinal)
        .GroupBy(prompt => prompt.Name, StringComparer.Ordinal)
        .ToDictionary(versions => versions.Key, versions => versions.Last(), StringComparer.Ordinal);

    private static (T Content, IReadOnlyList<string> Errors) ReadFile<T>(string path)
        where T : class, IPromptFile, new()
    {
        try
        {
            var content = new DeserializerBuilder()
                .WithNamingConvention(UnderscoredNamingConvention.Instance)
                .Build()
                .Deserialize<T?>(File.ReadAllText(path)) ?? new T();
            return (content, [.. content.Validate().Select(error => $"{path}: {error}")]);
        }
        catch (YamlException error)
        {
            var what = $"{path}, line {error.Start.Line}: not valid YAML or an unknown key ({error.Message}). Correct it.";
            return (new T(), [what]);
        }
    }
}
