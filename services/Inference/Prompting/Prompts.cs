namespace Millrace.Inference.Prompting;

/// <summary>What is to be continued.</summary>
internal abstract record Prompt;

/// <summary>Text as it stands. Control tokens spelled in it stay text.</summary>
internal sealed record TextPrompt(string Text) : Prompt;

/// <summary>Tokens as they stand.</summary>
internal sealed record TokenPrompt(IReadOnlyList<int> Ids) : Prompt;

/// <summary>A chat, which the model's template renders.</summary>
/// <param name="Turns">The messages, oldest first.</param>
/// <param name="ContinueLast">Whether the model continues the last message, its own, instead of beginning a new one.</param>
internal sealed record ChatPrompt(IReadOnlyList<ChatTurn> Turns, bool ContinueLast) : Prompt;

/// <summary>One message. Its content is data: control tokens spelled in it stay text.</summary>
/// <param name="Role">Role as templates name it: <c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Content">The text.</param>
internal sealed record ChatTurn(string Role, string Content)
{
    /// <summary>The model's own role.</summary>
    public const string Assistant = "assistant";
}
