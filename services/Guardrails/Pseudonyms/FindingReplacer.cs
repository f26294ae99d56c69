using System.Text.Encodings.Web;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Pseudonyms;

/// <summary>
/// What takes the place of findings in one request: placeholders, hashes, pseudonyms, and texts in the place of pseudonyms.
/// </summary>
internal sealed class FindingReplacer(PseudonymVault vault, TextHasher hasher) : IReplacer
{
    /// <summary>Whether the text is JSON.</summary>
    public bool IsJson { get; init; }

    public string Replace(string rule, RuleAction action, string placeholder, ReadOnlySpan<char> text)
    {
        if (rule == RuleNames.Restored) return Restored(text);
        return action switch
        {
            RuleAction.Hash => hasher.Hash(rule, text),
            RuleAction.Pseudonym when vault.NameOf(RuleNames.LabelOf(rule), text) is { } name => $"<{name}>",
            _ => placeholder,
        };
    }

    private string Restored(ReadOnlySpan<char> text)
    {
        if (vault.TextOf(PseudonymNames.Read(text)) is not { } original) return text.ToString();
        return IsJson ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(original) : original;
    }
}
