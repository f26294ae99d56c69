using Millrace.Guardrails.Injection;

namespace Millrace.GuardTraining.Injection;

/// <summary>A line of the data.</summary>
/// <param name="Template">The sentence, or what makes several.</param>
/// <param name="Labels">Its labels, as bits of <see cref="InjectionFamilies.Labels"/>.</param>
internal sealed record InjectionLine(string Template, uint Labels)
{
    /// <summary>Whether it is an attack.</summary>
    public bool IsAttack => (Labels & 1u << InjectionFamilies.Attack) != 0;
}

/// <summary>
/// Reads the folder of data: files of lines under headings <c># name</c>. The name is a family of attacks, <c>request</c> for what a user
/// may ask, or anything else for text that is neither. <c>lists.txt</c> has the lists of templates.
/// </summary>
internal sealed class InjectionData
{
    private const string ListsFile = "lists.txt";

    /// <summary>Reads a folder.</summary>
    public InjectionData(DirectoryInfo folder)
    {
        Templates = Templates.Read(File.ReadLines(Path.Combine(folder.FullName, ListsFile)));
        Lines = [.. folder.EnumerateFiles("*.txt").Where(file => file.Name != ListsFile)
            .OrderBy(file => file.Name, StringComparer.Ordinal).SelectMany(file => Read(file.FullName)).Distinct()];
    }

    /// <summary>The lists.</summary>
    public Templates Templates { get; }

    /// <summary>The lines, in a fixed order.</summary>
    public IReadOnlyList<InjectionLine> Lines { get; }

    private static IEnumerable<InjectionLine> Read(string path)
    {
        var labels = 0u;
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
            if (line.StartsWith("# ", StringComparison.Ordinal)) labels = LabelsOf(line[2..].Trim());
            else yield return new InjectionLine(line, labels);
    }

    private static uint LabelsOf(string heading)
    {
        var label = InjectionFamilies.Labels.ToList().IndexOf(heading);
        if (label < 0) return 0;
        var isFamily = label >= InjectionFamilies.First;
        return 1u << label | (isFamily ? 1u << InjectionFamilies.Attack | 1u << InjectionFamilies.Request : 0);
    }
}
