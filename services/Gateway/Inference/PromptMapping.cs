using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>
/// A member's refusal of a prompt in the words of the caller. The prompt may have messages that the caller did not send, so that an index
/// in it would mislead.
/// </summary>
internal static class PromptMapping
{
    private const string MembersPrefix = "chat.messages[";

    /// <summary>Whether a member refused a message.</summary>
    public static bool IsMessage(string? param) => param?.StartsWith(MembersPrefix, StringComparison.Ordinal) == true;

    /// <summary>The refusal, with the name of the application's field.</summary>
    public static MillraceException InWordsOfTheCaller(MillraceException refusal)
    {
        var field = refusal.Param![(refusal.Param!.LastIndexOf('.') + 1)..];
        return new MillraceException(
            refusal.Reason, refusal.Message.Replace(refusal.Param!, $"'{field}' of 'messages'", StringComparison.Ordinal), refusal)
        {
            Param = "messages",
        };
    }
}
