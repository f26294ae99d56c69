using Microsoft.Extensions.Options;
using Millrace.Gateway.Prompts;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Gateway.Assistants;

/// <summary>The assistants that requests may name as a model.</summary>
public sealed class AssistantCatalog
{
    private readonly AssistantsOptions _assistants;

    /// <summary>Checks that every prompt and preset that an assistant names exists, and is of the kind that it needs.</summary>
    /// <exception cref="StartupException">One does not or is not; the message names all.</exception>
    public AssistantCatalog(IOptions<AssistantsOptions> assistants, PromptLibrary prompts)
    {
        _assistants = assistants.Value;
        var errors = _assistants
            .SelectMany(assistant => Errors(assistant.Value, prompts).Select(error => $"Assistants:{assistant.Key}:{error}"))
            .ToList();
        if (errors.Count > 0) throw new StartupException(string.Join(Environment.NewLine, errors));
    }

    /// <summary>The names, in order.</summary>
    public IEnumerable<string> Names => _assistants.Keys.Order(StringComparer.Ordinal);

    /// <summary>The assistant of a name, or null when there is none.</summary>
    public AssistantOptions? Find(string name) => _assistants.GetValueOrDefault(name);

    private static IEnumerable<string> Errors(AssistantOptions assistant, PromptLibrary prompts)
    {
        if (assistant.Prompt.Length > 0 && prompts.Find(assistant.Prompt) is null)
            yield return Unknown("Prompt", assistant.Prompt, prompts.Names);
        else if (prompts.Find(assistant.Prompt) is { } found && found.IsGrounded != assistant.Collections.Count > 0)
            yield return found.IsGrounded
                ? $"Prompt '{assistant.Prompt}' shows passages. Name Collections, or a plain prompt."
                : $"Prompt '{assistant.Prompt}' has no place for passages. Name one that has, or no Collections.";
        if (assistant.PromptPreset.Length > 0 && prompts.FindPreset(assistant.PromptPreset) is null)
            yield return Unknown("PromptPreset", assistant.PromptPreset, prompts.PresetNames);
        if (assistant.SamplingPreset.Length > 0 && SamplingPresets.Find(assistant.SamplingPreset) is null)
            yield return Unknown("SamplingPreset", assistant.SamplingPreset, SamplingPresets.Names);
    }

    private static string Unknown(string key, string value, IEnumerable<string> known) =>
        $"{key} is '{value}'. Use one of: {string.Join(", ", known)}.";
}
