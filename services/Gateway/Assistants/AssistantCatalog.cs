using Microsoft.Extensions.Options;
using Millrace.Gateway.Prompts;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Gateway.Assistants;

/// <summary>The assistants that requests may name as a model.</summary>
public sealed class AssistantCatalog
{
    private readonly AssistantsOptions _assistants;

    /// <summary>Checks that every assistant's prompt exists.</summary>
    /// <exception cref="StartupException">One does not; the message names all.</exception>
    public AssistantCatalog(IOptions<AssistantsOptions> assistants, PromptLibrary prompts)
    {
        _assistants = assistants.Value;
        var errors = _assistants.Where(assistant => prompts.Find(assistant.Value.Prompt) is null)
            .Select(assistant => $"Assistants:{assistant.Key}:Prompt is '{assistant.Value.Prompt}'. "
                + $"Use one of: {string.Join(", ", prompts.Names)}.")
            .ToList();
        if (errors.Count > 0) throw new StartupException(string.Join(Environment.NewLine, errors));
    }

    /// <summary>The names, in order.</summary>
    public IEnumerable<string> Names => _assistants.Keys.Order(StringComparer.Ordinal);

    /// <summary>The assistant of a name, or null when there is none.</summary>
    public AssistantOptions? Find(string name) => _assistants.GetValueOrDefault(name);
}
