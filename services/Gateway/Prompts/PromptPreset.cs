namespace Millrace.Gateway.Prompts;

/// <summary>A way of working that a model is told besides its prompt.</summary>
/// <param name="Name">Name, such as <c>chain_of_thought</c>.</param>
/// <param name="Version">Version, such as <c>v1</c>.</param>
/// <param name="Instructions">What the system message says of it.</param>
/// <param name="NeedsTools">Whether it makes no sense without tools.</param>
public sealed record PromptPreset(string Name, string Version, string Instructions, bool NeedsTools);

/// <summary>A preset as its file states it.</summary>
internal sealed class PromptPresetFile : IPromptFile
{
    public string Name { get; set; } = string.Empty;

    public string Version { get; set; } = string.Empty;

    public string Instructions { get; set; } = string.Empty;

    public bool NeedsTools { get; set; }

    public IEnumerable<string> Validate()
    {
        foreach (var (key, value) in new[] { ("name", Name), ("version", Version), ("instructions", Instructions) })
            if (string.IsNullOrWhiteSpace(value)) yield return $"'{key}' is missing. Add it.";
    }
}
