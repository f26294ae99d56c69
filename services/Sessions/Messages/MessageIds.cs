using Millrace.ServiceDefaults.Errors;

namespace Millrace.Sessions.Messages;

/// <summary>How requests name a place in a conversation.</summary>
internal static class MessageIds
{
    /// <summary>Names the place before the first message.</summary>
    public const string Root = "root";

    /// <summary>A refusal that names the message.</summary>
    public static MillraceException NotFound(string param, string id) => new(
        Reason.MessageNotFound, $"The conversation has no message '{id}'. List its messages, or leave {param} empty for the last one.")
    {
        Param = param,
    };
}
