using System.Text;

namespace Millrace.GuardTraining.Content;

/// <summary>What can stand in the slots of templates: lines of a name, a colon, and words with bars between them.</summary>
internal sealed class SlotFile
{
    /// <summary>Its name.</summary>
    public const string Name = "slots.txt";

    private readonly Dictionary<string, string[]> _words = new(StringComparer.Ordinal);

    /// <summary>Reads the file of a folder.</summary>
    public SlotFile(DirectoryInfo data)
    {
        var lines = File.ReadLines(Path.Combine(data.FullName, Name)).Where(line => line.Length > 0 && line[0] != '#');
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) throw new InvalidDataException($"{Name}: '{line}' has no colon behind a name.");
            _words[line[..colon]] = line[(colon + 1)..].Split('|', StringSplitOptions.TrimEntries);
        }
    }

    /// <summary>Fills the slots of a template.</summary>
    /// <exception cref="InvalidDataException">There is no such slot.</exception>
    public string Fill(string template, Random random)
    {
        var text = new StringBuilder();
        for (var at = 0; at < template.Length;)
        {
            var end = template[at] == '{' ? template.IndexOf('}', at) : -1;
            if (end < 0)
            {
                text.Append(template[at++]);
                continue;
            }

            text.Append(Word(template[(at + 1)..end], random));
            at = end + 1;
        }

        return text.ToString();
    }

    private string Word(string slot, Random random) => _words.TryGetValue(slot, out var words)
        ? words[random.Next(words.Length)]
        : throw new InvalidDataException($"{Name} has no '{slot}'. Add it, or correct the template.");
}
