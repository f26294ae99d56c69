using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;
using ChatRole = Millrace.Gateway.Runtime.ChatRole;

namespace Millrace.Gateway.Completions;

/// <summary>
/// Has prompts checked before they go into a model. Tokens are turned into text for the check and go into the model as they came, so that
/// a policy may forbid them and cannot change them.
/// </summary>
public sealed class PromptChecks(InferencePool pool, InputGuard guard)
{
    /// <summary>Checks the prompts of a request.</summary>
    /// <returns>The prompts to use instead.</returns>
    /// <exception cref="MillraceException">The policy forbids one, or it could not be checked.</exception>
    public async Task<IReadOnlyList<CompletionPrompt>> CheckAsync(
        ChatRun run, IReadOnlyList<CompletionPrompt> prompts, CancellationToken cancellationToken)
    {
        List<ChatTurn> texts = [];
        foreach (var prompt in prompts) texts.Add(new ChatTurn(ChatRole.User, await TextAsync(run, prompt, cancellationToken)));
        try
        {
            var safe = await guard.CheckAsync(run, texts, cancellationToken);
            return [.. prompts.Select((prompt, index) => Checked(prompt, index, texts[index].Content, safe[index].Content))];
        }
        catch (MillraceException refusal) when (refusal.Reason == Reason.GuardrailBlocked)
        {
            throw new MillraceException(refusal.Reason, refusal.Message, refusal) { Param = "prompt" };
        }
    }

    private static CompletionPrompt Checked(CompletionPrompt prompt, int index, string text, string safe)
    {
        if (prompt.Tokens is null) return prompt with { Text = safe };
        if (text == safe) return prompt;
        throw new MillraceException(
            Reason.GuardrailBlocked,
            $"The policy changes prompt {index}, and tokens cannot be changed. Send the prompt as text, or change it and ask again.")
        {
            Param = "prompt",
        };
    }

    private async Task<string> TextAsync(ChatRun run, CompletionPrompt prompt, CancellationToken cancellationToken)
    {
        if (prompt.Tokens is null) return prompt.Text ?? string.Empty;
        var request = new DetokenizeRequest { Model = run.Plan.Model.Name, Ids = { prompt.Tokens } };
        try
        {
            return (await pool.DetokenizeAsync(request, cancellationToken)).Text;
        }
        catch (MillraceException refusal) when (refusal is { Reason: Reason.InvalidArgument, Param: "model" })
        {
            throw new MillraceException(
                Reason.UnsupportedParameter,
                $"'prompt' has tokens, and the vocabulary of '{run.Plan.Model.Name}' is not known here, so that they cannot be checked. "
                    + "Send text.",
                refusal)
            {
                Param = "prompt",
            };
        }
        catch (MillraceException refusal) when (refusal.Reason == Reason.InvalidArgument)
        {
            throw new MillraceException(refusal.Reason, refusal.Message, refusal) { Param = "prompt" };
        }
    }
}
