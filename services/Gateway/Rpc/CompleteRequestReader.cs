using System.Globalization;
using Millrace.Contracts.Gateway.V1;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Rpc;

/// <summary>Checks a gRPC chat request by the rules of the HTTP door and brings it into the pipeline's form.</summary>
internal static class CompleteRequestReader
{
    private const int MessagesMax = 1024;

    /// <summary>Reads a request.</summary>
    /// <exception cref="MillraceException">A field is missing or out of its range; the exception names it.</exception>
    public static ChatRequest Read(CompleteRequest request)
    {
        Require(request.Model.Length is > 0 and <= 256, "model", "is missing. Name a model; Models/List lists them.");
        Require(request.Messages.Count is > 0 and <= MessagesMax, "messages", $"must have 1 to {MessagesMax} items.");
        Require(
            request.Stop.Count <= 4 && request.Stop.All(stop => stop.Length is > 0 and <= 256),
            "stop",
            "must have at most 4 items, none empty.");
        Require(request.ChoiceCount <= 8, "choice_count", "must be at most 8.");
        Require(
            request.TopLogprobs is 0 || (request.TopLogprobs <= 20 && request.Logprobs),
            "top_logprobs",
            "must be at most 20 and needs 'logprobs'.");
        Require(
            request.LogitBias.Count <= 1024 && request.LogitBias.Keys.All(token => token >= 0),
            "logit_bias",
            "must have at most 1024 entries, each for a token id of 0 or more.");
        Require(
            request.ParentMessageId.Length == 0 || request.ConversationId.Length > 0, "parent_message_id", "needs 'conversation_id'.");
        Require(!request.HasMaxTokens || request.MaxTokens is > 0 and <= 1 << 24, "max_tokens", "must be at least 1.");
        var tools = CompleteToolsReader.Tools(request.Tools);
        List<ChatTurn> messages = [.. request.Messages.Select(Message)];
        ToolTurns.Check(messages, continues: request.ConversationId.Length > 0);
        return new ChatRequest
        {
            Model = request.Model,
            Messages = messages,
            Tools = tools,
            ToolChoice = CompleteToolsReader.Choice(request.ToolChoice, tools),
            ResponseFormat = CompleteToolsReader.Format(request.ResponseFormat),
            Sampling = Sampling(request).With(request.Sampling),
            TokensMax = request.HasMaxTokens ? (int)request.MaxTokens : null,
            Stop = [.. request.Stop],
            ChoiceCount = Math.Max(1, (int)request.ChoiceCount),
            Logprobs = request.Logprobs,
            TopLogprobs = (int)request.TopLogprobs,
            Retrieval = request.Retrieval is { } retrieval ? Retrieval(retrieval) : null,
            ConversationId = request.ConversationId.Length == 0 ? null : Id(request.ConversationId, "conversation_id"),
            ParentMessageId = request.ParentMessageId.Length == 0 ? null : Id(request.ParentMessageId, "parent_message_id"),
            PromptPreset = request.PromptPreset.Length == 0 ? null : request.PromptPreset,
            SamplingPreset = request.SamplingPreset.Length == 0 ? null : request.SamplingPreset,
        };
    }

    private static ChatTurn Message(ChatMessage message, int index) => new(
        message.Role switch
        {
            Role.System => ChatRole.System,
            Role.User => ChatRole.User,
            Role.Assistant => ChatRole.Assistant,
            Role.Tool => ChatRole.Tool,
            _ => throw MillraceException.InvalidArgument(
                $"messages[{index}].role", $"'messages[{index}].role' must be system, user, assistant or tool."),
        },
        message.Content,
        message.Name.Length == 0 ? null : message.Name)
    {
        ToolCalls = CompleteToolsReader.Calls(message, index), ToolCallId = CompleteToolsReader.CallId(message, index),
    };

    private static SamplingSettings Sampling(CompleteRequest request) => new()
    {
        Temperature = request.HasTemperature ? InRange(request.Temperature, 0, 2, "temperature") : null,
        TopP = request.HasTopP ? InRange(request.TopP, float.Epsilon, 1, "top_p") : null,
        FrequencyPenalty = request.HasFrequencyPenalty ? InRange(request.FrequencyPenalty, -2, 2, "frequency_penalty") : null,
        PresencePenalty = request.HasPresencePenalty ? InRange(request.PresencePenalty, -2, 2, "presence_penalty") : null,
        Seed = request.HasSeed ? request.Seed : null,
        LogitBias = request.LogitBias.ToDictionary(bias => bias.Key, bias => InRange(bias.Value, -100, 100, $"logit_bias[{bias.Key}]")),
    };

    // What the filter says is checked by who applies it.
    private static RetrievalSettings Retrieval(RetrievalOptions options)
    {
        Require(options.Collections.Count <= 16, "retrieval.collections", "must have 1 to 16 items.");
        Require(options.TopK <= 100, "retrieval.top_k", "must be at most 100.");
        Require(
            options.AccessLabels.Count <= 64 && options.AccessLabels.All(label => label.Length is > 0 and <= 128),
            "retrieval.access_labels",
            "must have at most 64 items of 1 to 128 characters.");
        Require(options.MultiQuery <= 4, "retrieval.multi_query", "must be at most 4.");
        Require(options.NeighbourChunks <= 8, "retrieval.neighbour_chunks", "must be at most 8.");
        Require(options.CollectionsMax <= 16, "retrieval.collections_max", "must be at most 16.");
        Require(
            options.TimeDecay is null || (options.TimeDecay.HalfLifeDays > 0 && options.TimeDecay.Strength is >= 0 and <= 1),
            "retrieval.time_decay",
            "needs 'half_life_days' above 0 and a 'strength' from 0 to 1.");
        return new RetrievalSettings
        {
            Collections = [.. options.Collections],
            TopK = NotZero(options.TopK),
            Rerank = options.HasRerank ? options.Rerank : null,
            Filter = options.Filter,
            AccessLabels = options.AccessLabels.Count == 0 ? null : [.. options.AccessLabels],
            Rewrite = options.HasRewrite ? options.Rewrite : null,
            MultiQuery = NotZero(options.MultiQuery),
            HypotheticalPassage = options.HypotheticalPassage ? true : null,
            Order = options.Order == ContextOrder.Unspecified ? null : options.Order,
            NeighbourChunks = NotZero(options.NeighbourChunks),
            TimeDecay = options.TimeDecay,
            DiversityLambda = options.HasDiversityLambda
                ? InRange(options.DiversityLambda, 0, 1, "retrieval.diversity_lambda")
                : null,
            ScoreMin = options.HasScoreMin ? InRange(options.ScoreMin, float.MinValue, float.MaxValue, "retrieval.score_min") : null,
            CollectionsMax = NotZero(options.CollectionsMax),
        };
    }

    private static int? NotZero(uint value) => value == 0 ? null : (int)value;

    private static string Id(string id, string param)
    {
        var valid = id.Length <= 128 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        Require(valid, param, "must be 1 to 128 letters, digits, hyphens, underscores and dots.");
        return id;
    }

    // NaN fails both comparisons.
    private static float InRange(float value, float min, float max, string param)
    {
        Require(value >= min && value <= max, param, string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}."));
        return value;
    }

    private static void Require(bool condition, string param, string what)
    {
        if (!condition) throw MillraceException.InvalidArgument(param, $"'{param}' {what}");
    }
}
