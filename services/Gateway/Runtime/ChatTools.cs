namespace Millrace.Gateway.Runtime;

/// <summary>A tool that a model may call.</summary>
/// <param name="Name">Letters, digits, <c>_</c> and <c>-</c>, at most 64.</param>
/// <param name="Description">What it does, for the model to read; may be empty.</param>
/// <param name="ParametersSchema">JSON schema of the arguments, as text; empty for a tool without arguments.</param>
/// <param name="Strict">Whether the arguments must fit the schema: calls with others are no answer.</param>
public sealed record ChatTool(string Name, string Description, string ParametersSchema, bool Strict);

/// <summary>A call of a tool, as a model made it.</summary>
/// <param name="Id">Identifies the call within the chat.</param>
/// <param name="Name">Name of the tool.</param>
/// <param name="Arguments">The arguments: a JSON object as text, which the model wrote; checked for strict tools alone.</param>
public sealed record ChatToolCall(string Id, string Name, string Arguments);

/// <summary>Whether a model may, must or must not call tools.</summary>
public enum ChatToolMode
{
    /// <summary>The model decides.</summary>
    Auto,

    /// <summary>No call.</summary>
    None,

    /// <summary>At least one call.</summary>
    Required,

    /// <summary>A call of the tool that is named beside.</summary>
    Named,
}

/// <summary>Which tools a model may call, and how.</summary>
/// <param name="Mode">Whether it may, must or must not.</param>
/// <param name="Name">Name of the tool for the mode <see cref="ChatToolMode.Named"/>; else null.</param>
/// <param name="Single">Whether one answer may hold at most one call.</param>
public sealed record ChatToolChoice(ChatToolMode Mode, string? Name = null, bool Single = false)
{
    /// <summary>The model decides.</summary>
    public static ChatToolChoice Auto { get; } = new(ChatToolMode.Auto);
}

/// <summary>The form that an answer must have.</summary>
/// <param name="Schema">JSON schema of the answer, as text; null for any JSON object.</param>
/// <param name="Name">Name of the schema; empty without one.</param>
/// <param name="Description">What the form is for, for the model to read; may be empty.</param>
/// <param name="Strict">Whether the answer must fit the schema: any other is refused.</param>
public sealed record ChatResponseFormat(string? Schema, string Name = "", string Description = "", bool Strict = false);
