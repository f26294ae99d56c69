using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Prompting;
using Millrace.Inference.Runtime;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Grpc;

/// <summary>From the contract's messages to the core's records.</summary>
internal static class RequestMapping
{
    /// <summary>A request for a generation.</summary>
    public static GenerateCommand ToCommand(this GenerateRequest request, ServerCallContext context) => new()
    {
        Model = request.Model,
        Prompt = ToPrompt(request),
        Sampling = ToSampling(request.Sampling ?? new SamplingParameters()),
        CompletionTokensMax = ToInt(request.MaxTokens),
        Stop = request.Stop,
        ChoiceCount = ToInt(request.ChoiceCount),
        Logprobs = request.Logprobs,
        TopLogprobs = ToInt(request.TopLogprobs),
        Class = ToClass(request.Priority),
        FairnessKey = request.FairnessKey,
        CacheSalt = request.CacheSalt,
        PrefixKeys = request.PrefixKeys,
        Echo = request.Echo,
        IgnoreEnd = request.IgnoreEnd,
        Deadline = context.Deadline == DateTime.MaxValue ? null : new DateTimeOffset(context.Deadline.ToUniversalTime()),
    };

    /// <summary>A chat. No template that llama.cpp renders has a place for an author's name.</summary>
    public static Prompting.ChatPrompt ToCore(this Contracts.Inference.V1.ChatPrompt chat) =>
        new(
            [.. chat.Messages.Select((message, index) => new ChatTurn(ToRole(message.Role, index), message.Content))],
            chat.ContinueLastMessage);

    private static Prompt? ToPrompt(GenerateRequest request) => request.PromptCase switch
    {
        GenerateRequest.PromptOneofCase.Text => new TextPrompt(request.Text),
        GenerateRequest.PromptOneofCase.Tokens => new TokenPrompt(request.Tokens.Ids),
        GenerateRequest.PromptOneofCase.Chat => request.Chat.ToCore(),
        _ => null,
    };

    private static string ToRole(ChatRole role, int index) => role switch
    {
        ChatRole.System => "system",
        ChatRole.User => "user",
        ChatRole.Assistant => ChatTurn.Assistant,
        ChatRole.Tool => "tool",
        _ => throw MillraceException.InvalidArgument(
            $"chat.messages[{index}].role", $"chat.messages[{index}].role is {role}; use system, user, assistant or tool."),
    };

    private static SequenceClass ToClass(Priority priority) => priority switch
    {
        Priority.Unspecified or Priority.Interactive => SequenceClass.Interactive,
        Priority.Batch => SequenceClass.Batch,
        _ => throw MillraceException.InvalidArgument("priority", $"priority is {(int)priority}; use interactive or batch."),
    };

    private static SamplingOptions ToSampling(SamplingParameters given)
    {
        var defaults = new SamplingOptions();
        return new SamplingOptions
        {
            Temperature = given.HasTemperature ? given.Temperature : defaults.Temperature,
            TopP = given.HasTopP ? given.TopP : defaults.TopP,
            TopK = given.HasTopK ? ToInt(given.TopK) : defaults.TopK,
            MinP = given.HasMinP ? given.MinP : defaults.MinP,
            FrequencyPenalty = given.HasFrequencyPenalty ? given.FrequencyPenalty : defaults.FrequencyPenalty,
            PresencePenalty = given.HasPresencePenalty ? given.PresencePenalty : defaults.PresencePenalty,
            RepeatPenalty = given.HasRepeatPenalty ? given.RepeatPenalty : defaults.RepeatPenalty,
            RepeatLastN = given.HasRepeatLastN ? ToInt(given.RepeatLastN) : defaults.RepeatLastN,
            LogitBias = given.LogitBias.ToDictionary(),
            Seed = given.HasSeed ? given.Seed : null,
            TypicalP = given.HasTypicalP ? given.TypicalP : defaults.TypicalP,
            DryMultiplier = given.HasDryMultiplier ? given.DryMultiplier : defaults.DryMultiplier,
            DryBase = given.HasDryBase ? given.DryBase : defaults.DryBase,
            DryAllowedLength = given.HasDryAllowedLength ? ToInt(given.DryAllowedLength) : defaults.DryAllowedLength,
            DryLastN = given.HasDryLastN ? ToInt(given.DryLastN) : defaults.DryLastN,
            DryBreakers = given.DrySequenceBreakers.Count > 0 ? given.DrySequenceBreakers : defaults.DryBreakers,
            Mirostat = given.HasMirostat ? ToInt(given.Mirostat) : defaults.Mirostat,
            MirostatTau = given.HasMirostatTau ? given.MirostatTau : defaults.MirostatTau,
            MirostatEta = given.HasMirostatEta ? given.MirostatEta : defaults.MirostatEta,
        };
    }

    /// <summary>
    /// Counts that are too large for an int are too large for everything else as well; the rules refuse them or they mean "all".
    /// </summary>
    private static int ToInt(uint value) => (int)Math.Min(value, int.MaxValue);
}
