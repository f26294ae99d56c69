using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Completions;

/// <summary>A prompt to continue as it stands: text, or tokens of the model's vocabulary.</summary>
/// <param name="Text">The text; null for tokens.</param>
/// <param name="Tokens">The token ids; null for a text.</param>
public sealed record CompletionPrompt(string? Text, IReadOnlyList<int>? Tokens);

/// <summary>Prompts to continue, validated.</summary>
public sealed record CompletionRequest
{
    /// <summary>What all prompts have in common. Its messages are the prompts' texts, and its choices those of all of them.</summary>
    public required ChatRequest Chat { get; init; }

    /// <summary>The prompts.</summary>
    public required IReadOnlyList<CompletionPrompt> Prompts { get; init; }

    /// <summary>Choices for each prompt, 1 to 8. Those of the second prompt follow those of the first.</summary>
    public int ChoicesPerPrompt { get; init; } = 1;

    /// <summary>Whether each choice begins with its prompt.</summary>
    public bool Echo { get; init; }

    /// <summary>Whether nothing is generated, so that the echo is all.</summary>
    public bool EchoOnly { get; init; }
}

/// <summary>The prompt at the beginning of a choice, or a piece of it.</summary>
/// <param name="Choice">Index of the choice.</param>
/// <param name="Text">The text.</param>
/// <param name="Logprobs">The tokens behind it; empty unless asked for. The first one of a choice follows nothing and has none.</param>
public sealed record PromptEchoed(int Choice, string Text, IReadOnlyList<TokenLogprob> Logprobs) : ChatEvent;
