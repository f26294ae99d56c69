using System.Text;
using System.Text.RegularExpressions;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Messages;

namespace Millrace.Sessions.Conversations;

/// <summary>What conversations and messages must be like.</summary>
internal sealed partial class ConversationChecks(ConversationOptions options)
{
    private const int TitleCharsMax = 256;
    private const int MetadataCharsMax = 1024;
    private const int AppendCountMax = 64;
    private const int ModelCharsMax = 256;
    private const int NameCharsMax = 128;
    private const int CallsMax = 128;
    private const int CallIdCharsMax = 256;
    private const int ToolNameCharsMax = 64;

    /// <summary>Returns the id if it may be one.</summary>
    public static string Id(string param, string id) => IdPattern().IsMatch(id)
        ? id
        : throw MillraceException.InvalidArgument(
            param, $"{param} must be 1 to 128 letters, digits, hyphens, underscores or dots.");

    public static void Title(string title)
    {
        if (title.Length > TitleCharsMax)
            throw MillraceException.InvalidArgument("title", $"title has {title.Length} characters; at most {TitleCharsMax} are kept.");
    }

    public void Metadata(IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count > options.MetadataEntriesMax)
            throw MillraceException.InvalidArgument(
                "metadata", $"metadata has {metadata.Count} entries; at most {options.MetadataEntriesMax} are kept.");
        if (metadata.Any(entry => entry.Key.Length + entry.Value.Length > MetadataCharsMax))
            throw MillraceException.InvalidArgument("metadata", $"An entry of metadata is longer than {MetadataCharsMax} characters.");
    }

    public void Messages(IReadOnlyList<NewMessage> messages)
    {
        if (messages.Count is 0 or > AppendCountMax)
            throw MillraceException.InvalidArgument("messages", $"messages has {messages.Count} entries; give 1 to {AppendCountMax}.");
        for (var i = 0; i < messages.Count; i++) Message($"messages[{i}]", messages[i]);
    }

    private void Message(string param, NewMessage message)
    {
        Id($"{param}.id", message.Id);
        if (message.Id == MessageIds.Root)
            throw MillraceException.InvalidArgument(
                $"{param}.id", $"{param}.id must not be '{MessageIds.Root}', which names the place before the first message.");
        if (!Enum.IsDefined(message.Role))
            throw MillraceException.InvalidArgument($"{param}.role", $"{param}.role must be system, user, assistant or tool.");
        if (message.TokenCount < 0)
            throw MillraceException.InvalidArgument($"{param}.token_count", $"{param}.token_count must not be negative.");
        if (message.Model.Length > ModelCharsMax || message.TokenModel.Length > ModelCharsMax)
            throw MillraceException.InvalidArgument($"{param}.model", $"{param}.model must have at most {ModelCharsMax} characters.");
        CheckTools(param, message);
        var bytes = Encoding.UTF8.GetByteCount(message.Content)
            + Encoding.UTF8.GetByteCount(message.AnnotationsJson)
            + Encoding.UTF8.GetByteCount(message.ToolCallsJson);
        if (bytes > options.MessageBytesMax)
            throw MillraceException.InvalidArgument(
                $"{param}.content", $"{param} has {bytes} bytes; at most {options.MessageBytesMax} are kept. Split it.");
    }

    private static void CheckTools(string param, NewMessage message)
    {
        if (message.Name.Length > NameCharsMax)
            throw MillraceException.InvalidArgument($"{param}.name", $"{param}.name must have at most {NameCharsMax} characters.");
        if (message.ToolCallId.Length > CallIdCharsMax)
            throw MillraceException.InvalidArgument(
                $"{param}.tool_call_id", $"{param}.tool_call_id must have at most {CallIdCharsMax} characters.");
        if (message.Role != MessageRole.Tool && message.ToolCallId.Length > 0)
            throw MillraceException.InvalidArgument(
                $"{param}.tool_call_id", $"{param}.tool_call_id belongs to messages of the role tool.");
        if (message.ToolCallsJson.Length == 0) return;
        if (message.Role != MessageRole.Assistant)
            throw MillraceException.InvalidArgument(
                $"{param}.tool_calls", $"{param}.tool_calls belongs to messages of the assistant.");
        var calls = ToolCalls.Read(message.ToolCallsJson);
        if (calls.Count > CallsMax || calls.Any(call => !IsCall(call)))
            throw MillraceException.InvalidArgument(
                $"{param}.tool_calls",
                $"{param}.tool_calls must have at most {CallsMax} items, each with an id of 1 to {CallIdCharsMax} characters "
                    + $"and a name of 1 to {ToolNameCharsMax}.");
    }

    private static bool IsCall(StoredToolCall call) =>
        call.Id.Length is > 0 and <= CallIdCharsMax && call.Name.Length is > 0 and <= ToolNameCharsMax;

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,128}\z", RegexOptions.NonBacktracking)]
    private static partial Regex IdPattern();
}
