using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Prompts;

/// <summary>Step 8: puts the prompt together and makes it fit, counted by the model's own tokenizer.</summary>
public sealed class PromptBuilder(InferencePool pool, IOptions<GatewayOptions> options, GatewayTelemetry telemetry)
{
    /// <summary>Tokens that a chat template may add by itself; generous.</summary>
    private const int TemplateTokensMax = 256;

    /// <summary>Tokens that a chat template may add per message; generous.</summary>
    private const int MessageTokensMax = 16;

    private const int ToolBytesPerToken = 3;

    /// <summary>Builds a prompt.</summary>
    /// <param name="run">The request.</param>
    /// <param name="turns">History and messages, oldest first.</param>
    /// <param name="context">The passages; null for an answer that needs none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The prompt; an empty one when nothing was found, because then nothing is asked.</returns>
    /// <exception cref="MillraceException">What must stay does not fit into the model's context.</exception>
    public async Task<BuiltPrompt> BuildAsync(
        ChatRun run, IReadOnlyList<ChatTurn> turns, RetrievedContext? context, CancellationToken cancellationToken)
    {
        if (context is { Passages.Count: 0 }) return new BuiltPrompt([], [], 0, 0);
        using var step = telemetry.Step("prompt", run);
        var plan = run.Plan;
        var draft = new PromptDraft(turns, context, plan.Grounding?.Prompt);
        var answerTokens = plan.TokensMax ?? options.Value.AnswerTokensReserve;
        while (true)
        {
            var prompt = draft.Build();
            var roomMax = plan.Model.ContextTokensMax - answerTokens - ToolBytes(plan.Request.Tools);
            if (FitsForSure(prompt, roomMax)) return Tell(run, prompt, "fits");

            var count = await CountAsync(plan.Model.Name, prompt, cancellationToken);
            count.ChatCount += (uint)ToolTokens(plan.Request.Tools);
            var excess = (int)count.ChatCount + answerTokens - (int)count.ContextTokensMax;

            // An upstream whose context nobody told decides for itself.
            if (excess <= 0 || count.ContextTokensMax == 0) return Tell(run, prompt, $"{count.ChatCount} tokens");
            if (!await ShrinkAsync(draft, excess, plan.Model.Name, cancellationToken)) throw TooLong(plan, count, answerTokens);
        }
    }

    private static BuiltPrompt Tell(ChatRun run, BuiltPrompt prompt, string how)
    {
        var facts = new JsonObject
        {
            ["messages"] = prompt.Turns.Count,
            ["messages_dropped"] = prompt.MessagesDropped,
            ["passages"] = prompt.Passages.Count,
            ["passages_dropped"] = prompt.PassagesDropped,
        };
        run.Decide("prompt", how, facts);
        return prompt;
    }

    // No tokenizer makes more tokens than there are bytes, so that short prompts need not be counted.
    private static bool FitsForSure(BuiltPrompt prompt, int tokensMax) =>
        prompt.Turns.Sum(turn => Bytes(turn) + MessageTokensMax) + TemplateTokensMax <= tokensMax;

    private static long Bytes(ChatTurn turn) => (long)Encoding.UTF8.GetByteCount(turn.Content)
        + (turn.Name?.Length ?? 0)
        + (turn.ToolCallId?.Length ?? 0)
        + turn.ToolCalls.Sum(Bytes);

    private static long Bytes(ChatToolCall call) =>
        (long)Encoding.UTF8.GetByteCount(call.Arguments) + call.Name.Length + call.Id.Length + MessageTokensMax;

    private static int ToolBytes(IReadOnlyList<ChatTool> tools) => tools.Sum(tool =>
        Encoding.UTF8.GetByteCount(tool.Description + tool.ParametersSchema) + tool.Name.Length + MessageTokensMax);

    // Nobody counts tools for us; English and JSON have about four bytes a token, so that this is rather too many.
    private static int ToolTokens(IReadOnlyList<ChatTool> tools) => (ToolBytes(tools) + ToolBytesPerToken - 1) / ToolBytesPerToken;

    /// <summary>Takes out as much as the excess seems to need; what the template adds around it is seen at the next count.</summary>
    private async Task<bool> ShrinkAsync(PromptDraft draft, int excess, string model, CancellationToken cancellationToken)
    {
        var shrunk = false;
        while (excess > 0 && draft.Shrink() is { } removed)
        {
            shrunk = true;
            var request = new CountTokensRequest { Model = model };
            request.Texts.Add(removed);
            excess -= (int)(await pool.CountTokensAsync(request, cancellationToken)).Counts[0];
        }

        return shrunk;
    }

    private Task<CountTokensResponse> CountAsync(string model, BuiltPrompt prompt, CancellationToken cancellationToken) =>
        pool.CountTokensAsync(new CountTokensRequest { Model = model, Chat = prompt.ToChat() }, cancellationToken);

    private static MillraceException TooLong(ChatPlan plan, CountTokensResponse count, int answerTokens)
    {
        var answer = plan.TokensMax is null ? $"{answerTokens} kept free for the answer" : $"{answerTokens} of 'max_tokens'";
        return new MillraceException(
            Reason.ContextLengthExceeded,
            $"The model '{plan.Model.Name}' has a context of {count.ContextTokensMax} tokens. The messages need {count.ChatCount}, "
                + $"with {answer} {count.ChatCount + answerTokens}. Shorten the messages or lower 'max_tokens'.")
        {
            Param = "messages",
        };
    }
}
