using System.ComponentModel.DataAnnotations;

namespace Millrace.Sessions.Conversations;

/// <summary>Limits of conversations; section <c>Sessions</c>.</summary>
public sealed class ConversationOptions
{
    /// <summary>Most conversations of one tenant.</summary>
    /// <value>Default 1,000,000.</value>
    [Range(1, int.MaxValue, ErrorMessage = "ConversationsMax must be at least 1.")]
    public int ConversationsMax { get; set; } = 1_000_000;

    /// <summary>Most messages of one conversation, over all its branches.</summary>
    /// <value>Default 10,000.</value>
    [Range(2, 1_000_000, ErrorMessage = "MessagesMax must be from 2 to 1,000,000.")]
    public int MessagesMax { get; set; } = 10_000;

    /// <summary>Most UTF-8 bytes of one message.</summary>
    /// <value>Default 1 MiB.</value>
    [Range(1, 64 * 1024 * 1024, ErrorMessage = "MessageBytesMax must be from 1 byte to 64 MiB.")]
    public int MessageBytesMax { get; set; } = 1024 * 1024;

    /// <summary>Most entries of a conversation's metadata.</summary>
    /// <value>Default 64.</value>
    [Range(0, 1024, ErrorMessage = "MetadataEntriesMax must be from 0 to 1,024.")]
    public int MetadataEntriesMax { get; set; } = 64;
}
