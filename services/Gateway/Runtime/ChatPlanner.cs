using Microsoft.Extensions.Options;
using Millrace.Gateway.Assistants;
using Millrace.Gateway.Models;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.QueryWriting;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>Step 2: finds model, assistant and prompt, and checks what only they can tell.</summary>
public sealed class ChatPlanner(
    ModelCatalog models,
    AssistantCatalog assistants,
    PromptLibrary prompts,
    IOptions<GatewayOptions> options,
    IOptions<QueryWritingOptions> writing)
{
    /// <summary>Plans a request.</summary>
    /// <exception cref="MillraceException">The model does not exist, or the request asks for what does not go together.</exception>
    public async Task<ChatPlan> PlanAsync(ChatRequest request, CancellationToken cancellationToken)
    {
        var assistant = assistants.Find(request.Model);
        var model = await models.FindChatAsync(assistant is null ? request.Model : assistant.Model, cancellationToken)
            ?? throw await UnknownAsync(request.Model, cancellationToken);
        var grounding = Grounding(request, assistant, model);
        var plan = new ChatPlan
        {
            Request = request,
            Model = model,
            Sampling = Sampling(request.Sampling, assistant, grounding),
            TokensMax = request.TokensMax ?? assistant?.TokensMax,
            BatchCharsMax = options.Value.BatchCharsMax,
            Grounding = grounding,
        };
        RequireMeaningfulLogprobs(plan);
        return plan;
    }

    private GroundingPlan? Grounding(ChatRequest request, AssistantOptions? assistant, ChatModel model)
    {
        var retrieval = Retrieval(request.Retrieval, assistant);
        if (retrieval is null) return null;
        if (request.Messages[^1].Role != ChatRole.User)
            throw MillraceException.InvalidArgument(
                "messages", "The last of 'messages' must be the user's question when answers come from collections.");

        var prompt = prompts.Find(assistant?.Prompt ?? PromptLibrary.RagQa)
            ?? throw new InvalidOperationException($"The prompt '{PromptLibrary.RagQa}' is missing from the prompt folder.");
        if (prompt.IsSmallTalk(request.Messages[^1].Content))
            return new GroundingPlan(retrieval, prompt, GroundingMode.None, IsSmallTalk: true);
        retrieval = retrieval with { Rewrite = retrieval.Rewrite ?? writing.Value.RewritingModels.Contains(model.Name) };
        var mode = options.Value.QuotingModels.Contains(model.Name) ? GroundingMode.Quote : GroundingMode.Citations;
        return new GroundingPlan(retrieval, prompt, assistant?.Grounding ?? mode);
    }

    private static RetrievalSettings? Retrieval(RetrievalSettings? asked, AssistantOptions? assistant)
    {
        if (asked is null && assistant is null) return null;
        var settings = (asked ?? new RetrievalSettings()).Over(assistant?.ToSettings() ?? new RetrievalSettings());
        if (settings.Collections.Count == 0)
            throw MillraceException.InvalidArgument(
                "millrace.collections", "'millrace.collections' is missing: name the collections that a plain model is to answer from.");
        return settings;
    }

    // A quote has no better wording than its own: where nobody says otherwise, a quoting model is read greedily.
    private static SamplingSettings Sampling(SamplingSettings asked, AssistantOptions? assistant, GroundingPlan? grounding) => asked with
    {
        Temperature = asked.Temperature ?? assistant?.Temperature ?? (grounding?.Quotes == true ? 0 : null),
        TopP = asked.TopP ?? assistant?.TopP,
    };

    // What passes the check is the source's text, not the model's tokens: their probabilities would describe something else.
    private static void RequireMeaningfulLogprobs(ChatPlan plan)
    {
        if (plan.Request.Logprobs && plan.Grounding is { Quotes: true })
            throw new MillraceException(
                Reason.UnsupportedParameter,
                "'logprobs' is not available where answers are checked word by word against their sources. "
                    + "Leave it out, or ask a plain model.")
            {
                Param = "logprobs",
            };
    }

    private async Task<MillraceException> UnknownAsync(string name, CancellationToken cancellationToken)
    {
        var chats = (await models.ListAsync(cancellationToken)).Where(model => model.Kind == ModelKind.Chat).Select(model => model.Id);
        var known = assistants.Names.Concat(chats).Order(StringComparer.Ordinal);
        return new MillraceException(
            Reason.ModelNotFound, $"The model '{name}' does not exist. Available: {string.Join(", ", known)}.") { Param = "model" };
    }
}
