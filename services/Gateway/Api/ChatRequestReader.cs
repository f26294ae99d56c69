using System.Collections.Frozen;
using System.Text.Json;
using Millrace.Gateway.Api.Tools;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>
/// The body of a chat request. Every parameter of the OpenAI API is in the table below or in <see cref="ChatNeutralParameters"/>: it is
/// honoured, or accepted in the one form that changes nothing, or refused by name. So is any other but those of
/// <see cref="SamplingFields"/>. Null means absent everywhere.
/// </summary>
internal static class ChatRequestReader
{
    private const int NameLengthMax = 256;
    private const int TokensMax = 1 << 24;

    private static readonly FrozenDictionary<string, Action<ChatRequestDraft, JsonField>> Honoured =
        new Dictionary<string, Action<ChatRequestDraft, JsonField>>
        {
            ["model"] = (draft, field) => draft.Model = Name(field),
            ["messages"] = (draft, field) => draft.Messages = MessagesReader.Read(field),
            ["temperature"] = (draft, field) => draft.Sampling = draft.Sampling with { Temperature = Real(field, 0, 2) },
            ["top_p"] = (draft, field) => draft.Sampling = draft.Sampling with { TopP = TopP(field) },
            ["frequency_penalty"] = (draft, field) => draft.Sampling = draft.Sampling with { FrequencyPenalty = Real(field, -2, 2) },
            ["presence_penalty"] = (draft, field) => draft.Sampling = draft.Sampling with { PresencePenalty = Real(field, -2, 2) },
            ["seed"] = (draft, field) => draft.Sampling = draft.Sampling with { Seed = Seed(field) },
            ["logit_bias"] = (draft, field) => draft.Sampling = draft.Sampling with { LogitBias = LogitBias(field) },
            ["max_tokens"] = (draft, field) => draft.MaxTokens = (int)field.Integer(1, TokensMax),
            ["max_completion_tokens"] = (draft, field) => draft.MaxCompletionTokens = (int)field.Integer(1, TokensMax),
            ["stop"] = (draft, field) => draft.Stop = Stop(field),
            ["n"] = (draft, field) => draft.ChoiceCount = (int)field.Integer(1, 8),
            ["logprobs"] = (draft, field) => draft.Logprobs = field.Boolean(),
            ["top_logprobs"] = (draft, field) => draft.TopLogprobs = (int)field.Integer(0, 20),
            ["tools"] = (draft, field) => draft.Tools = ToolsReader.Read(field),
            ["tool_choice"] = (draft, field) => draft.ToolChoice = ToolChoiceReader.Read(field),
            ["parallel_tool_calls"] = (draft, field) => draft.ParallelToolCalls = field.Boolean(),
            ["response_format"] = (draft, field) => draft.ResponseFormat = ResponseFormatReader.Read(field),
            ["stream"] = (draft, field) => draft.Stream = field.Boolean(),
            ["stream_options"] = ReadStreamOptions,
            ["millrace"] = ChatExtensionReader.Read,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The parameters that are honoured.</summary>
    public static IEnumerable<string> HonouredNames => Honoured.Keys.Concat(SamplingFields.Names);

    /// <summary>Reads a field that another endpoint has as well, with the same meaning.</summary>
    public static void ReadShared(ChatRequestDraft draft, JsonField field) => Honoured[field.Name](draft, field);

    /// <summary>Reads a body.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or not supported; the exception names it.</exception>
    public static ChatHttpRequest Read(JsonElement body)
    {
        var draft = new ChatRequestDraft();
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (Honoured.TryGetValue(field.Name, out var read))
            {
                if (!field.IsNull) read(draft, field);
            }
            else if (SamplingFields.Has(field.Name)) draft.Sampling = SamplingFields.Read(draft.Sampling, field);
            else ChatNeutralParameters.Check(field);
        }

        CheckTogether(draft);
        return new ChatHttpRequest(Finish(draft), draft.Stream, draft.IncludeUsage);
    }

    private static ChatRequest Finish(ChatRequestDraft draft) => new()
    {
        Model = draft.Model ?? throw Missing("model", "Name a model; GET /v1/models lists them."),
        Messages = draft.Messages ?? throw Missing("messages", "Send at least one message."),
        Sampling = draft.Sampling,
        TokensMax = draft.MaxCompletionTokens ?? draft.MaxTokens,
        Stop = draft.Stop,
        ChoiceCount = draft.ChoiceCount,
        Logprobs = draft.Logprobs,
        TopLogprobs = draft.TopLogprobs ?? 0,
        Tools = draft.ToolChoice.Narrow(draft.Tools),
        ToolChoice = draft.ToolChoice.Choice with { Single = !draft.ParallelToolCalls },
        ResponseFormat = draft.ResponseFormat,
        Retrieval = draft.Retrieval,
        ConversationId = draft.ConversationId,
        ParentMessageId = draft.ParentMessageId,
        PromptPreset = draft.PromptPreset,
        SamplingPreset = draft.SamplingPreset,
    };

    private static void CheckTogether(ChatRequestDraft draft)
    {
        if (draft is { MaxTokens: not null, MaxCompletionTokens: not null })
            throw Together("max_tokens", "'max_tokens' and 'max_completion_tokens' mean the same. Send one of them.");
        if (draft is { TopLogprobs: not null, Logprobs: false })
            throw Together("top_logprobs", "'top_logprobs' needs 'logprobs' to be true.");
        if (draft is { HasStreamOptions: true, Stream: false })
            throw Together("stream_options", "'stream_options' needs 'stream' to be true.");
        if (draft is { ParentMessageId: not null, ConversationId: null })
            throw Together("millrace.parent_message_id", "'millrace.parent_message_id' needs 'millrace.conversation_id'.");
        ToolRules.Check(draft.ToolChoice.Choice, draft.Tools, "tool_choice.function.name");
        ToolTurns.Check(draft.Messages ?? [], continues: draft.ConversationId is not null);
    }

    private static MillraceException Missing(string param, string remedy) =>
        MillraceException.InvalidArgument(param, $"'{param}' is missing. {remedy}");

    private static MillraceException Together(string param, string message) => MillraceException.InvalidArgument(param, message);

    private static string Name(JsonField field) =>
        field.Text(NameLengthMax) is { Length: > 0 } name ? name : throw field.Invalid("must not be empty");

    private static float Real(JsonField field, double min, double max) => (float)field.Number(min, max);

    private static float TopP(JsonField field) =>
        field.Number(0, 1) is > 0 and var value ? (float)value : throw field.Invalid("must be above 0");

    // A negative seed is as good as any other; the engine counts from 0.
    private static ulong Seed(JsonField field) => unchecked((ulong)field.Integer(long.MinValue, long.MaxValue));

    private static Dictionary<int, float> LogitBias(JsonField field)
    {
        var biases = new Dictionary<int, float>();
        foreach (var bias in field.Properties())
        {
            var isToken = int.TryParse(bias.Name, System.Globalization.NumberStyles.None, null, out var token);
            biases[isToken ? token : throw bias.Invalid("must have a token id as its name")] = Real(bias, -100, 100);
        }

        return biases.Count <= 1024 ? biases : throw field.Invalid("must have at most 1024 entries");
    }

    private static IReadOnlyList<string> Stop(JsonField field) =>
        field.Kind == JsonValueKind.String ? [StopText(field)] : [.. field.Items(0, 4).Select(StopText)];

    private static string StopText(JsonField field) =>
        field.Text(NameLengthMax) is { Length: > 0 } text ? text : throw field.Invalid("must not be empty");

    private static void ReadStreamOptions(ChatRequestDraft draft, JsonField options)
    {
        draft.HasStreamOptions = true;
        foreach (var field in options.Properties().Where(field => !field.IsNull))
        {
            if (field.Name == "include_usage") draft.IncludeUsage = field.Boolean();
            else if (field.Name != "include_obfuscation") throw field.Unknown();
            else if (field.Boolean()) throw field.Unsupported("must be false: events are not padded here.");
        }
    }
}
