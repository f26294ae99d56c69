using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Inference;

/// <summary>Goes on with an answer that has begun.</summary>
internal static class Continuation
{
    /// <summary>Has the model go on behind a beginning, with the same seed, for the tokens that are left.</summary>
    public static GenerateRequest From(this GenerateRequest request, AnswerBeginning? beginning)
    {
        if (beginning is null) return request;
        if (request.PromptCase == GenerateRequest.PromptOneofCase.Text) request.Text += beginning.Text;
        else if (beginning.Text.Length > 0)
        {
            request.Chat.Messages.Add(new ChatMessage { Role = Contracts.Inference.V1.ChatRole.Assistant, Content = beginning.Text });
            request.Chat.ContinueLastMessage = true;
        }

        if (!request.Sampling.HasSeed && beginning.Seed is { } seed) request.Sampling.Seed = seed;
        if (request.MaxTokens > 0) request.MaxTokens -= (uint)Math.Min(beginning.Tokens, request.MaxTokens - 1);
        return request;
    }
}
