using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Pseudonyms;

/// <summary>
/// What takes the place of findings in one request: placeholders, hashes, pseudonyms, and texts in the place of pseudonyms.
/// </summary>
internal sealed class FindingReplacer(PseudonymVault vault, TextHasher hasher) : IReplacer
{
    public string Replace(string rule, RuleAction action, string placeholder, ReadOnlySpan<char> text)
    {
        if (rule == RuleNames.Restored) return vault.TextOf(PseudonymNames.Read(text)) ?? text.ToString();
        return action switch
        {
            RuleAction.Hash => hasher.Hash(rule, text),
            RuleAction.Pseudonym when vault.NameOf(RuleNames.LabelOf(rule), text) is { } name => $"<{name}>",
            _ => placeholder,
        };
    }
}
