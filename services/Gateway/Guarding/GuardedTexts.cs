using Millrace.Contracts.Guardrails.V1;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Guarding;

/// <summary>The texts of messages, in the order in which they are checked: each message's own, then its calls' arguments.</summary>
internal static class GuardedTexts
{
    /// <summary>The texts.</summary>
    public static IEnumerable<string> Of(IEnumerable<ChatTurn> messages) =>
        messages.SelectMany(message => message.ToolCalls.Select(call => call.Arguments).Prepend(message.Content));

    /// <summary>Where each of the texts comes from.</summary>
    public static IEnumerable<TextSource> SourcesOf(IEnumerable<ChatTurn> messages) =>
        messages.SelectMany(message => message.ToolCalls.Select(_ => TextSource.Assistant).Prepend(SourceOf(message.Role)));

    /// <summary>The messages with other texts.</summary>
    public static IReadOnlyList<ChatTurn> Replace(IReadOnlyList<ChatTurn> messages, IReadOnlyList<string> texts)
    {
        var next = 0;
        List<ChatTurn> replaced = [];
        foreach (var message in messages)
        {
            var content = texts[next++];
            replaced.Add(message with
            {
                Content = content, ToolCalls = [.. message.ToolCalls.Select(call => call with { Arguments = texts[next++] })],
            });
        }

        return replaced;
    }

    /// <summary>Where a text stands in the request.</summary>
    public static string PathOf(IReadOnlyList<ChatTurn> messages, int index)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (index == 0) return $"messages[{i}].content";
            if (index <= messages[i].ToolCalls.Count) return $"messages[{i}].tool_calls[{index - 1}].function.arguments";
            index -= messages[i].ToolCalls.Count + 1;
        }

        return "messages";
    }

    private static TextSource SourceOf(ChatRole role) => role switch
    {
        ChatRole.System => TextSource.System,
        ChatRole.Assistant => TextSource.Assistant,
        ChatRole.Tool => TextSource.Tool,
        _ => TextSource.User,
    };
}
