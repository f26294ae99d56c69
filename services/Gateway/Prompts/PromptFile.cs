namespace Millrace.Gateway.Prompts;

/// <summary>A prompt as its file states it.</summary>
internal sealed class PromptFile : IPromptFile
{
    private static readonly HashSet<string> UserVariables = ["context", "question"];
    private static readonly HashSet<string> PassageVariables = ["number", "source", "title", "text"];

    public string Name { get; set; } = string.Empty;

    public string Version { get; set; } = string.Empty;

    public string System { get; set; } = string.Empty;

    public string User { get; set; } = string.Empty;

    public string Passage { get; set; } = string.Empty;

    public string Separator { get; set; } = "\n\n";

    public string Refusal { get; set; } = string.Empty;

    public List<string> SmallTalk { get; set; } = [];

    public IEnumerable<string> Validate()
    {
        foreach (var (key, value) in new[] { ("name", Name), ("version", Version), ("system", System), ("refusal", Refusal) })
            if (string.IsNullOrWhiteSpace(value)) yield return $"'{key}' is missing. Add it.";
        foreach (var error in ValidateVariables("user", User, UserVariables, ["context", "question"])) yield return error;
        foreach (var error in ValidateVariables("passage", Passage, PassageVariables, ["number", "text"])) yield return error;
    }

    private static IEnumerable<string> ValidateVariables(string key, string text, HashSet<string> known, string[] required)
    {
        var variables = new TextTemplate(text).Variables;
        foreach (var unknown in variables.Except(known))
            yield return $"'{key}' uses ${unknown}. Use {string.Join(", ", known.Select(name => $"${name}"))}, or $$ for a dollar sign.";
        foreach (var missing in required.Except(variables)) yield return $"'{key}' lacks ${missing}. Add it where the value belongs.";
    }
}
