using System.Text;
using Millrace.Contracts.Inference.V1;

namespace Millrace.Upstreams;

/// <summary>
/// Tokens where no tokenizer is at hand: one for every three bytes of UTF-8, rounded up. English takes about four bytes per token and other
/// scripts about three, so that this is rather too many than too few: what fits by it fits.
/// </summary>
internal static class TokenEstimate
{
    private const int BytesPerToken = 3;
    private const int TokensPerMessage = 8;

    /// <summary>Tokens of a text.</summary>
    public static int Of(string text) => (Encoding.UTF8.GetByteCount(text) + BytesPerToken - 1) / BytesPerToken;

    /// <summary>Tokens of a chat, with what a template puts around each message.</summary>
    public static int Of(ChatPrompt chat) => chat.Messages.Sum(message =>
        TokensPerMessage + Of(message.Content) + message.ToolCalls.Sum(call => Of(call.Name) + Of(call.Arguments)));

    /// <summary>Tokens of a request's prompt, its tools included.</summary>
    public static int Of(GenerateRequest request)
    {
        var tools = request.Tools.Sum(tool => TokensPerMessage + Of(tool.Name) + Of(tool.Description) + Of(tool.ParametersSchema));
        return tools + request.PromptCase switch
        {
            GenerateRequest.PromptOneofCase.Chat => Of(request.Chat),
            GenerateRequest.PromptOneofCase.Tokens => request.Tokens.Ids.Count,
            _ => Of(request.Text),
        };
    }
}
