using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Inference;

/// <summary>Tools and the form of an answer, in the contract's words.</summary>
internal static class ToolMapping
{
    /// <summary>Adds what the model may call, and the form that its answer must have.</summary>
    public static void Add(GenerateRequest request, ChatRequest chat)
    {
        if (chat.ResponseFormat is { } format) request.ResponseFormat = Format(format);
        if (chat.Tools.Count == 0) return;
        request.Tools.Add(chat.Tools.Select(Definition));
        request.ToolChoice = new ToolChoice
        {
            Mode = Mode(chat.ToolChoice.Mode), Name = chat.ToolChoice.Name ?? string.Empty, Single = chat.ToolChoice.Single,
        };
    }

    /// <summary>A piece of a call as the pipeline knows it.</summary>
    public static ChatToolCallDelta Read(int choice, ToolCallDelta delta) => new(
        choice,
        (int)delta.Index,
        delta.Id.Length > 0 ? delta.Id : null,
        delta.Name.Length > 0 ? delta.Name : null,
        delta.Arguments);

    private static ToolDefinition Definition(ChatTool tool) => new()
    {
        Name = tool.Name, Description = tool.Description, ParametersSchema = tool.ParametersSchema, Strict = tool.Strict,
    };

    private static ResponseFormat Format(ChatResponseFormat format) => new()
    {
        Schema = format.Schema ?? string.Empty, Name = format.Name, Description = format.Description, Strict = format.Strict,
    };

    private static ToolMode Mode(ChatToolMode mode) => mode switch
    {
        ChatToolMode.None => ToolMode.None,
        ChatToolMode.Required => ToolMode.Required,
        ChatToolMode.Named => ToolMode.Named,
        _ => ToolMode.Auto,
    };
}
