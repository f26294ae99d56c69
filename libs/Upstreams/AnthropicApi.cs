using System.Buffers;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>
/// Anthropic's Messages API. What a caller left unset is not sent, but for the answer's limit, without which it takes nothing.
/// </summary>
internal sealed class AnthropicApi(UpstreamOptions options) : IUpstreamApi
{
    private const string Name = "Anthropic's Messages API";

    /// <inheritdoc/>
    public string Provider => "anthropic";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> Headers
    {
        get
        {
            yield return new("anthropic-version", options.AnthropicVersion);
            if (options.ApiKey.Length > 0) yield return new("x-api-key", options.ApiKey);
        }
    }

    /// <inheritdoc/>
    public UpstreamBody Generate(GenerateRequest request, string remoteModel)
    {
        Check(request);
        return Body("messages", json =>
        {
            json.WriteString("model", remoteModel);
            json.WriteBoolean("stream", true);
            json.WriteNumber("max_tokens", request.MaxTokens > 0 ? request.MaxTokens : (uint)options.DefaultMaxTokens);
            AnthropicMessages.Write(json, request.Chat);
            WriteSampling(json, request);
            AnthropicMessages.WriteTools(json, request);
            AnthropicMessages.WriteFormat(json, request.ResponseFormat);
        });
    }

    /// <summary>A request for the tokens of a chat.</summary>
    public static UpstreamBody Count(ChatPrompt chat, string remoteModel) => Body("messages/count_tokens", json =>
    {
        json.WriteString("model", remoteModel);
        AnthropicMessages.Write(json, chat);
    });

    /// <inheritdoc/>
    public IAnswerDecoder Decoder(GenerateRequest request, AnswerBuilder answer) => new AnthropicDecoder(answer);

    private static UpstreamBody Body(string path, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return new UpstreamBody(path, buffer.WrittenMemory);
    }

    private static void Check(GenerateRequest request)
    {
        Refusals.CheckAlways(request, Name);
        Refusals.Refuse(request.PromptCase == GenerateRequest.PromptOneofCase.Text, "text", Name);
        Refusals.Refuse(request.PromptCase == GenerateRequest.PromptOneofCase.Tokens, "tokens", Name);
        Refusals.Refuse(request.ChoiceCount > 1, "choice_count", Name);
        Refusals.Refuse(request.Logprobs, "logprobs", Name);
        Refusals.Refuse(request.IgnoreEnd, "ignore_end", Name);
        if (request.ResponseFormat is { Schema.Length: 0 })
            throw MillraceException.InvalidArgument(
                "response_format", $"The model runs behind {Name}, which makes JSON by a schema only: send one as 'json_schema'.");
        CheckSampling(request.Sampling ?? new SamplingParameters());
        if (request.Chat.Messages[^1].Role == ChatRole.Assistant && !request.Chat.ContinueLastMessage)
            throw MillraceException.InvalidArgument(
                "chat.messages",
                $"The last message is the assistant's, which {Name} continues: set continue_last_message, or end with another.");
    }

    private static void CheckSampling(SamplingParameters given)
    {
        Refusals.Refuse(given.HasMinP && given.MinP > 0, "sampling.min_p", Name);
        Refusals.Refuse(given.HasRepeatPenalty && given.RepeatPenalty != 1, "sampling.repeat_penalty", Name);
        Refusals.Refuse(given.HasFrequencyPenalty && given.FrequencyPenalty != 0, "sampling.frequency_penalty", Name);
        Refusals.Refuse(given.HasPresencePenalty && given.PresencePenalty != 0, "sampling.presence_penalty", Name);
        Refusals.Refuse(given.LogitBias.Count > 0, "sampling.logit_bias", Name);
        Refusals.Refuse(given.HasSeed, "sampling.seed", Name);
        if (given.HasTemperature && given.Temperature is not (>= 0 and <= 1))
            throw MillraceException.InvalidArgument(
                "sampling.temperature", FormattableString.Invariant($"temperature is {given.Temperature}; {Name} takes 0 to 1."));
    }

    private static void WriteSampling(Utf8JsonWriter json, GenerateRequest request)
    {
        if (request.Sampling is { } given)
        {
            if (given.HasTemperature) json.WriteNumber("temperature", given.Temperature);
            if (given.HasTopP) json.WriteNumber("top_p", given.TopP);
            if (given is { HasTopK: true, TopK: > 0 }) json.WriteNumber("top_k", given.TopK);
        }

        if (request.Stop.Count == 0) return;
        json.WriteStartArray("stop_sequences");
        foreach (var stop in request.Stop) json.WriteStringValue(stop);
        json.WriteEndArray();
    }
}
