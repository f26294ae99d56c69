using System.Collections.Frozen;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Completions;

/// <summary>Refusals of the pool with the names that the endpoint has for its fields.</summary>
internal static class CompletionRefusals
{
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["text"] = "prompt", ["tokens"] = "prompt", ["choice_count"] = "n", ["top_logprobs"] = "logprobs",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The refusal in the words of the endpoint.</summary>
    public static MillraceException InWordsOfCompletions(this MillraceException refusal)
    {
        var param = refusal.Param?.Split('[')[0] ?? string.Empty;
        return Names.GetValueOrDefault(param) is { } name
            ? new MillraceException(refusal.Reason, refusal.Message.Replace(param, name, StringComparison.Ordinal), refusal)
            {
                Param = name, RetryAfter = refusal.RetryAfter,
            }
            : refusal;
    }
}
