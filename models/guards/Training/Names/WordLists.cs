using System.Security.Cryptography;
using System.Text;

namespace Millrace.GuardTraining.Names;

/// <summary>
/// The lists of a folder: files of sections, each a head in brackets and entries with semicolons between them. Lines that begin with a
/// number sign are remarks.
/// </summary>
internal sealed class WordLists
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string[]>> _files = [];
    private readonly Dictionary<string, string[]> _entries = [];

    /// <summary>Reads the files of a folder as they are asked for.</summary>
    public WordLists(DirectoryInfo folder) => Folder = folder;

    /// <summary>The folder.</summary>
    public DirectoryInfo Folder { get; }

    /// <summary>SHA-256 over all data files, in hexadecimal: a model says by it what it was trained from.</summary>
    public string Checksum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Folder.EnumerateFiles("*.txt").OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file.Name + "\n"));
            hash.AppendData(File.ReadAllBytes(file.FullName));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Sections of a file.</summary>
    public IReadOnlyDictionary<string, string[]> Sections(string name)
    {
        if (!_files.TryGetValue(name, out var sections)) _files[name] = sections = Read(name);
        return sections;
    }

    /// <summary>Entries of sections of a file, those that it has, one behind the other.</summary>
    public string[] Entries(string file, params IEnumerable<string> sections)
    {
        var key = $"{file}:{string.Join(',', sections)}";
        if (!_entries.TryGetValue(key, out var entries))
            _entries[key] = entries = [.. sections.SelectMany(section => Sections(file).GetValueOrDefault(section) ?? [])];
        return entries;
    }

    /// <summary>All entries of a file.</summary>
    public IEnumerable<string> All(string file) => Sections(file).Values.SelectMany(entries => entries);

    /// <summary>Lines of a file that are no remarks.</summary>
    public string[] Lines(string file) =>
        [.. File.ReadLines(Path.Combine(Folder.FullName, file)).Where(line => line.Length > 0 && !line.StartsWith('#'))];

    private Dictionary<string, string[]> Read(string name)
    {
        Dictionary<string, List<string>> sections = [];
        List<string> current = [];
        foreach (var line in Lines(name))
        {
            if (line[0] == '[') sections[line[1..^1]] = current = [];
            else current.AddRange(line.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }

        return sections.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
    }
}
