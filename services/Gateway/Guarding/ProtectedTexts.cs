using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Guarding;

/// <summary>
/// The operator's instructions in a prompt, which an answer must not repeat. What an application sends as a system message is not among
/// them: it may be a document that the answer is to quote.
/// </summary>
internal static class ProtectedTexts
{
    /// <summary>The texts of a request; what the prompt has the model say is cut out of them.</summary>
    public static IEnumerable<string> Of(ChatPlan plan)
    {
        var instructions = plan.Prompt?.System ?? string.Empty;
        var refusal = plan.Prompt?.Refusal ?? string.Empty;
        var parts = refusal.Length > 0 ? instructions.Split(refusal, StringSplitOptions.TrimEntries) : [instructions];
        return parts.Append(plan.Preset?.Instructions ?? string.Empty).Where(part => part.Length > 0);
    }
}
