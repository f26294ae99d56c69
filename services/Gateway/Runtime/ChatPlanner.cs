using Microsoft.Extensions.Options;
using Millrace.Gateway.Assistants;
using Millrace.Gateway.Fallbacks;
using Millrace.Gateway.Models;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.QueryWriting;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>Step 2: finds model, assistant and prompt, and checks what only they can tell.</summary>
public sealed class ChatPlanner(
    ModelDirectory directory,
    PromptLibrary prompts,
    IOptions<GatewayOptions> options,
    IOptions<ModelsOptions> modelOptions,
    IOptions<QueryWritingOptions> writing)
{
    /// <summary>The longest that a request may take.</summary>
    public TimeSpan RequestTimeout => options.Value.RequestTimeout;

    /// <summary>Plans a request.</summary>
    /// <exception cref="MillraceException">The model does not exist, or the request asks for what does not go together.</exception>
    public async Task<ChatPlan> PlanAsync(ChatRequest request, CancellationToken cancellationToken)
    {
        var assistant = directory.Assistants.Find(request.Model);
        var name = assistant is null ? request.Model : assistant.Model;
        var (model, fallbacks) = await ModelAsync(name, Fallbacks(assistant, name), cancellationToken);
        if (model is null) throw await UnknownAsync(request.Model, cancellationToken);
        var grounding = Grounding(request, assistant, model);
        var plan = new ChatPlan
        {
            Request = request,
            Model = model,
            Sampling = Sampling(request, assistant, grounding),
            TokensMax = request.TokensMax ?? assistant?.TokensMax,
            BatchCharsMax = options.Value.BatchCharsMax,
            Grounding = grounding,
            Prompt = grounding?.Prompt ?? prompts.Find(assistant?.PlainPrompt ?? string.Empty),
            Preset = Preset(request, assistant),
            Compression = assistant?.Compression is { IsOn: true } compression ? compression : null,
            GuardPolicy = assistant?.GuardPolicy is { Length: > 0 } policy ? policy : options.Value.GuardPolicy,
            GuardFailOpen = assistant?.GuardFailOpen,
            Fallbacks = fallbacks,
            InsteadOf = name.Length == 0 || model.Name == name ? null : name,
        };
        RequireMeaningfulLogprobs(plan);
        RequirePlainAnswer(plan);
        RequirePresetThatFits(plan);
        return plan;
    }

    /// <summary>The plan with another model.</summary>
    /// <returns>The plan; null when the model is not there, or cannot give what is asked for.</returns>
    public async Task<ChatPlan?> FindFallbackAsync(ChatPlan plan, string name, CancellationToken cancellationToken)
    {
        try
        {
            if (await directory.Models.FindChatAsync(name, cancellationToken) is not { } model) return null;
            var assistant = directory.Assistants.Find(plan.Request.Model);
            var grounding = plan.Grounding is { IsSmallTalk: false } held ? held with { Mode = Mode(assistant, model) } : plan.Grounding;
            var next = plan with { Model = model, Grounding = grounding, Sampling = Sampling(plan.Request, assistant, grounding) };
            RequireMeaningfulLogprobs(next);
            RequirePlainAnswer(next);
            RequirePresetThatFits(next);
            return next;
        }
        catch (MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // Where the model is not there at all, the first of its fallbacks that is there is the model.
    private async Task<(ChatModel? Model, IReadOnlyList<string> Fallbacks)> ModelAsync(
        string name, IReadOnlyList<string> fallbacks, CancellationToken cancellationToken)
    {
        if (await directory.Models.FindChatAsync(name, cancellationToken) is { } model) return (model, fallbacks);
        for (var index = 0; index < fallbacks.Count; index++)
            if (await directory.Models.FindChatAsync(fallbacks[index], cancellationToken) is { } other)
                return (other, [.. fallbacks.Skip(index + 1)]);
        return (null, []);
    }

    private IReadOnlyList<string> Fallbacks(AssistantOptions? assistant, string model)
    {
        if (assistant is { Fallbacks.Count: > 0 }) return [.. assistant.Fallbacks];
        return modelOptions.Value.GetValueOrDefault(model) is { } known ? [.. known.Fallbacks] : [];
    }

    private GroundingPlan? Grounding(ChatRequest request, AssistantOptions? assistant, ChatModel model)
    {
        var retrieval = Retrieval(request.Retrieval, assistant);
        if (retrieval is null) return null;
        RequireAsking(request);

        var prompt = prompts.Find(assistant?.GroundedPrompt ?? PromptLibrary.RagQa)
            ?? throw new InvalidOperationException($"The prompt '{PromptLibrary.RagQa}' is missing from the prompt folder.");
        if (QueryWriter.Question(request.Messages) is { } question && prompt.IsSmallTalk(question))
            return new GroundingPlan(retrieval, prompt, GroundingMode.None, IsSmallTalk: true);
        retrieval = retrieval with { Rewrite = retrieval.Rewrite ?? writing.Value.RewritingModels.Contains(model.Name) };
        return new GroundingPlan(retrieval, prompt, Mode(assistant, model));
    }

    private GroundingMode Mode(AssistantOptions? assistant, ChatModel model) =>
        assistant?.Grounding ?? (options.Value.QuotingModels.Contains(model.Name) ? GroundingMode.Quote : GroundingMode.Citations);

    private static RetrievalSettings? Retrieval(RetrievalSettings? asked, AssistantOptions? assistant)
    {
        if (asked is null && assistant is null or { Collections.Count: 0 }) return null;
        var settings = (asked ?? new RetrievalSettings()).Over(assistant?.ToSettings() ?? new RetrievalSettings());
        if (settings.Collections.Count == 0)
            throw MillraceException.InvalidArgument(
                "millrace.collections", "'millrace.collections' is missing: name the collections that a plain model is to answer from.");
        return settings;
    }

    // A quote has no better wording than its own: where nobody says otherwise, a quoting model is read greedily.
    private static SamplingSettings Sampling(ChatRequest request, AssistantOptions? assistant, GroundingPlan? grounding)
    {
        var own = SamplingPresets.Require(request.SamplingPreset, "millrace.sampling_preset");
        var usual = SamplingPresets.Find(assistant?.SamplingPreset);
        return request.Sampling with
        {
            Temperature = request.Sampling.Temperature ?? own?.Temperature ?? assistant?.Temperature ?? usual?.Temperature
                ?? (grounding?.Quotes == true ? 0 : null),
            TopP = request.Sampling.TopP ?? own?.TopP ?? assistant?.TopP ?? usual?.TopP,
        };
    }

    private PromptPreset? Preset(ChatRequest request, AssistantOptions? assistant)
    {
        if (request.PromptPreset is not { } name) return prompts.FindPreset(assistant?.PromptPreset ?? string.Empty);
        return prompts.FindPreset(name) ?? throw MillraceException.InvalidArgument(
            "millrace.prompt_preset", $"'millrace.prompt_preset' must be one of: {string.Join(", ", prompts.PresetNames)}.");
    }

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

    private static void RequirePresetThatFits(ChatPlan plan)
    {
        if (plan.Preset is not { } preset) return;
        var why = plan switch
        {
            { Grounding.Quotes: true } => "shows the model's own words, and answers here are words of their sources alone",
            { Request.Tools.Count: 0 } when preset.NeedsTools => "works by calling tools. Send 'tools'",
            _ => null,
        };
        if (why is not null)
            throw new MillraceException(Reason.UnsupportedParameter, $"The prompt preset '{preset.Name}' {why}.")
            {
                Param = "millrace.prompt_preset",
            };
    }

    private async Task<MillraceException> UnknownAsync(string name, CancellationToken cancellationToken)
    {
        var listed = await directory.Models.ListAsync(cancellationToken);
        var chats = listed.Where(model => model.Kind == ModelKind.Chat).Select(model => model.Id);
        var known = directory.Assistants.Names.Concat(chats).Order(StringComparer.Ordinal);
        return new MillraceException(
            Reason.ModelNotFound, $"The model '{name}' does not exist. Available: {string.Join(", ", known)}.") { Param = "model" };
    }
}
