using Millrace.LlamaCpp;

namespace Millrace.Inference.Prompting;

/// <summary>Which chat template a model uses.</summary>
/// <param name="Name">A known name, <c>file</c> for the file's own, or empty for none.</param>
/// <param name="Template">What renders it: the file's template or a known name; null for none.</param>
internal sealed record ChatTemplateChoice(string Name, string? Template)
{
    /// <summary>The library recognises templates by their text, and runs none; what it does not recognise cannot be used.</summary>
    public static bool IsUsable(string template)
    {
        try
        {
            LlamaChatTemplate.Apply(template, [new LlamaChatMessage("user", "x")]);
            return true;
        }
        catch (LlamaException)
        {
            return false;
        }
    }

    /// <summary>The one that the settings name, else the file's own, else that of the family which the model's names tell.</summary>
    /// <param name="configured">The settings' choice; empty when they have none.</param>
    /// <param name="fromFile">The template in the file, if there is one.</param>
    /// <param name="detect">Finds the family.</param>
    public static ChatTemplateChoice Of(string configured, string? fromFile, Func<string?> detect)
    {
        var named = configured.ToLowerInvariant();
        if (named.Length > 0 && named != ChatTemplateNames.File) return new(named, named);
        if (fromFile is not null && (named == ChatTemplateNames.File || IsUsable(fromFile))) return new(ChatTemplateNames.File, fromFile);
        return detect() is { } detected ? new(detected, detected) : new("", fromFile);
    }
}
