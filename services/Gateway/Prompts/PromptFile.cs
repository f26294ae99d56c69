using Millrace.Gateway.Prompts.Examples;

namespace Millrace.Gateway.Prompts;

/// <summary>
/// A prompt as its file states it: for answers from passages with <c>user</c> and <c>passage</c>, for plain ones with neither.
/// </summary>
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

    /// <summary>Questions with their answers, of which those go into the prompt that are most like the user's.</summary>
    public List<ExampleFile> Examples { get; set; } = [];

    /// <summary>Most of them.</summary>
    public int ExamplesMax { get; set; } = 3;

    /// <summary>Most tokens of all of them together, counted by the model that answers.</summary>
    public int ExamplesTokensMax { get; set; } = 512;

    /// <summary>Whether it is for answers from passages.</summary>
    public bool IsGrounded => User.Length > 0 || Passage.Length > 0;

    public IEnumerable<string> Validate()
    {
        (string Key, string Value)[] required = [("name", Name), ("version", Version), ("system", System)];
        if (IsGrounded) required = [.. required, ("refusal", Refusal)];
        foreach (var (key, value) in required)
            if (string.IsNullOrWhiteSpace(value)) yield return $"'{key}' is missing. Add it.";
        if (Name.Contains('@', StringComparison.Ordinal) || Version.Contains('@', StringComparison.Ordinal))
            yield return "'name' and 'version' must not contain '@', which stands between them where a version is named.";
        if (Examples.Count > ExampleFile.CountMax) yield return $"'examples' must have at most {ExampleFile.CountMax} items.";
        if (ExamplesMax is < 1 or > 32) yield return "'examples_max' must be from 1 to 32.";
        if (ExamplesTokensMax < 1) yield return "'examples_tokens_max' must be at least 1.";
        for (var index = 0; index < Examples.Count; index++)
            if (!Examples[index].IsWhole) yield return $"'examples[{index}]' needs 'question' and 'answer'.";
        if (!IsGrounded) yield break;
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
