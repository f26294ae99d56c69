namespace Millrace.GuardTraining.Content;

/// <summary>A sentence with slots, and what it is an example of.</summary>
/// <param name="Text">The sentence; a slot is a name in braces.</param>
/// <param name="Labels">The labels that hold, as a set of bits; none for a harmless sentence.</param>
/// <param name="Group">Its number: whatever is made from it is held out together.</param>
internal sealed record ContentTemplate(string Text, uint Labels, int Group)
{
    private const string Harmless = "none";

    /// <summary>Reads all templates of a folder: lines under headings such as <c>[hate, hate_threatening]</c> or <c>[none]</c>.</summary>
    /// <param name="data">The folder.</param>
    /// <param name="labels">The labels.</param>
    /// <exception cref="InvalidDataException">A heading names no label, or a line stands before any heading.</exception>
    public static IReadOnlyList<ContentTemplate> Load(DirectoryInfo data, IReadOnlyList<string> labels)
    {
        List<ContentTemplate> templates = [];
        foreach (var file in data.EnumerateFiles("*.txt").OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            if (file.Name == SlotFile.Name) continue;
            uint? holding = null;
            foreach (var line in File.ReadLines(file.FullName).Where(line => line.Length > 0 && line[0] != '#'))
                if (line[0] == '[') holding = LabelsOf(line, labels, file);
                else templates.Add(new ContentTemplate(line, holding ?? throw WithoutHeading(file), templates.Count));
        }

        return templates;
    }

    private static uint LabelsOf(string heading, IReadOnlyList<string> labels, FileInfo file)
    {
        var holding = 0u;
        foreach (var name in heading.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries).Where(name => name != Harmless))
        {
            var index = labels.ToList().IndexOf(name);
            if (index < 0) throw new InvalidDataException($"{file.Name}: [{name}] is no label. Use {string.Join(", ", labels)} or none.");
            holding |= 1u << index;
        }

        return holding;
    }

    private static InvalidDataException WithoutHeading(FileInfo file) =>
        new($"{file.Name}: begin with the labels of its lines, such as [harassment], or [none].");
}
