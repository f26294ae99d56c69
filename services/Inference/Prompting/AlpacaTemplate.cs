using System.Text;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Prompting;

/// <summary>The template of Alpaca and its many descendants: plain headings, which the library does not have.</summary>
internal static class AlpacaTemplate
{
    private const string Preamble =
        "Below is an instruction that describes a task. Write a response that appropriately completes the request.";

    /// <summary>Renders a chat: system messages go first, each user message is an instruction, each answer a response.</summary>
    public static string Apply(IReadOnlyList<LlamaChatMessage> messages, bool addAssistant)
    {
        var text = new StringBuilder();
        if (messages[0].Role != "system") text.Append(Preamble).Append("\n\n");
        foreach (var message in messages)
        {
            if (message.Role != "system") text.Append(message.Role == ChatTurn.Assistant ? "### Response:\n" : "### Instruction:\n");
            text.Append(message.Content).Append("\n\n");
        }

        if (addAssistant) text.Append("### Response:\n");
        return text.ToString();
    }
}
