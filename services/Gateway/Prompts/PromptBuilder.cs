using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Millrace.Gateway.Prompts.Examples;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Prompts;

/// <summary>Step 8: puts the prompt together and makes it fit, counted by the model's own tokenizer.</summary>
public sealed class PromptBuilder(
    PromptCounter counter, ExampleSelector examples, IOptions<GatewayOptions> options, GatewayTelemetry telemetry)
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
        if (context is { Passages.Count: 0 }) return BuiltPrompt.Empty;
        using var step = telemetry.Step("prompt", run);
        var plan = run.Plan;
        var shown = await ExamplesAsync(run, turns, cancellationToken);
        var draft = new PromptDraft(turns, new PromptParts(context, plan.Prompt, plan.Preset, shown));
        var answerTokens = plan.TokensMax ?? options.Value.AnswerTokensReserve;
        while (true)
        {
            var prompt = draft.Build();
            var roomMax = plan.Model.ContextTokensMax - answerTokens - ToolBytes(plan.Request.Tools);
            if (FitsForSure(prompt, roomMax)) return Tell(run, prompt, "fits");

            var counted = await counter.CountAsync(plan.Model.Name, prompt, cancellationToken);
            var count = counted with { Tokens = counted.Tokens + ToolTokens(plan.Request.Tools) };
            var excess = count.Tokens + answerTokens - count.ContextTokensMax;

            // An upstream whose context nobody told decides for itself.
            if (excess <= 0 || count.ContextTokensMax == 0) return Tell(run, prompt, $"{count.Tokens} tokens");
            if (!await ShrinkAsync(draft, excess, plan.Model.Name, cancellationToken)) throw TooLong(plan, count, answerTokens);
        }
    }

    // A model that only quotes was trained on one form of prompt, without examples.
    private async Task<IReadOnlyList<PromptExample>> ExamplesAsync(
        ChatRun run, IReadOnlyList<ChatTurn> turns, CancellationToken cancellationToken) =>
        run.Plan is { Prompt: { Examples.Count: > 0 } template, Grounding: null or { Quotes: false, IsSmallTalk: false } }
            ? await examples.SelectAsync(run, template, run.Question ?? QuestionOf(turns), cancellationToken)
            : [];

    private static string QuestionOf(IReadOnlyList<ChatTurn> turns) =>
        turns.LastOrDefault(turn => turn.Role == ChatRole.User)?.Content ?? string.Empty;

    private static BuiltPrompt Tell(ChatRun run, BuiltPrompt prompt, string how)
    {
        var facts = new JsonObject
        {
            ["messages"] = prompt.Turns.Count,
            ["messages_dropped"] = prompt.MessagesDropped,
            ["passages"] = prompt.Passages.Count,
            ["passages_dropped"] = prompt.PassagesDropped,
            ["examples"] = prompt.Examples,
            ["examples_dropped"] = prompt.ExamplesDropped,
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
            excess -= (await counter.CountAsync(model, [removed], cancellationToken))[0];
        }

        return shrunk;
    }

    private static MillraceException TooLong(ChatPlan plan, PromptCount count, int answerTokens)
    {
        var answer = plan.TokensMax is null ? $"{answerTokens} kept free for the answer" : $"{answerTokens} of 'max_tokens'";
        return new MillraceException(
            Reason.ContextLengthExceeded,
            $"The model '{plan.Model.Name}' has a context of {count.ContextTokensMax} tokens. The messages need {count.Tokens}, "
                + $"with {answer} {count.Tokens + answerTokens}. Shorten the messages or lower 'max_tokens'.")
        {
            Param = "messages",
        };
    }
}
