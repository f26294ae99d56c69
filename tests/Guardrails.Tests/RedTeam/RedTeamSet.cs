namespace Millrace.Guardrails.Tests.RedTeam;

/// <summary>One text of the set.</summary>
/// <param name="Kind">Family of an attack, or what a harmless text is about.</param>
/// <param name="Technique">How an attack is hidden; <c>plain</c> when it is not.</param>
/// <param name="Language">Its language.</param>
/// <param name="Text">The text.</param>
internal sealed record RedTeamText(string Kind, string Technique, string Language, string Text);

/// <summary>
/// Attacks, and harmless texts that look like some. They were written apart from the data of the training: what is measured here is what
/// the guard makes of texts that it has not seen. Lines under a heading <c># kind technique language</c>; <c>\n</c> is a line break.
/// </summary>
internal static class RedTeamSet
{
    /// <summary>Reads a file of the set.</summary>
    /// <param name="path">The file.</param>
    public static IReadOnlyList<RedTeamText> Read(string path)
    {
        var texts = new List<RedTeamText>();
        var heading = new RedTeamText("", "", "", "");
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
            if (line.StartsWith("# ", StringComparison.Ordinal)) heading = Heading(line[2..].Split(' '));
            else if (heading.Technique == "plain") texts.Add(heading with { Text = line.Replace("\\n", "\n", StringComparison.Ordinal) });
            else texts.Add(heading with { Text = line });
        return texts;
    }

    private static RedTeamText Heading(string[] parts) =>
        new(parts[0], parts.ElementAtOrDefault(1) ?? "plain", parts.ElementAtOrDefault(2) ?? "en", "");
}
