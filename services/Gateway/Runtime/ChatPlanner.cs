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
        RequirePlainAnswer(plan);
        return plan;
    }

    private GroundingPlan? Grounding(ChatRequest request, AssistantOptions? assistant, ChatModel model)
    {
        var retrieval = Retrieval(request.Retrieval, assistant);
        if (retrieval is null) return null;
        RequireAsking(request);

        var prompt = prompts.Find(assistant?.Prompt ?? PromptLibrary.RagQa)
            ?? throw new InvalidOperationException($"The prompt '{PromptLibrary.RagQa}' is missing from the prompt folder.");
        if (QueryWriter.Question(request.Messages) is { } question && prompt.IsSmallTalk(question))
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

    // Results of tools may follow the question; what the assistant said last would be an answer already.
    private static void RequireAsking(ChatRequest request)
    {
        var isAsking = request.Messages[^1].Role is ChatRole.User or ChatRole.Tool;
        var isInHistory = request.ConversationId is not null && request.Messages[0].Role == ChatRole.Tool;
        if (isAsking && (isInHistory || QueryWriter.Question(request.Messages) is not null)) return;
        throw MillraceException.InvalidArgument(
            "messages",
            "The last of 'messages' must be the user's question, or the result of a tool, when answers come from collections.");
    }

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

    // A quote is no call, and what cites its sources is no JSON: "[1]" in it would be taken for a marker.
    private static void RequirePlainAnswer(ChatPlan plan)
    {
        if (plan.Request.Tools.Count > 0 && plan.Grounding is { Quotes: true })
            throw Unsupported("tools", "answers are checked word by word against their sources");
        if (plan.Request.ResponseFormat is not null && plan.Grounding is { Mode: not GroundingMode.None })
            throw Unsupported("response_format", "answers cite their sources");
    }

    private static MillraceException Unsupported(string param, string where) =>
        new(Reason.UnsupportedParameter, $"'{param}' is not available where {where}. Leave it out, or ask a plain model.")
        {
            Param = param,
        };

    private async Task<MillraceException> UnknownAsync(string name, CancellationToken cancellationToken)
    {
        var chats = (await models.ListAsync(cancellationToken)).Where(model => model.Kind == ModelKind.Chat).Select(model => model.Id);
        var known = assistants.Names.Concat(chats).Order(StringComparer.Ordinal);
        return new MillraceException(
            Reason.ModelNotFound, $"The model '{name}' does not exist. Available: {string.Join(", ", known)}.") { Param = "model" };
    }
}
