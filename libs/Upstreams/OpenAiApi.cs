using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>
/// OpenAI's API, which vLLM, SGLang, llama-server and most hosted services speak: chats through <c>chat/completions</c>, texts and tokens
/// through <c>completions</c>. What a caller left unset is not sent.
/// </summary>
internal sealed class OpenAiApi(UpstreamOptions options) : IUpstreamApi
{
    private const string Name = "an OpenAI-compatible API";

    /// <inheritdoc/>
    public string Provider => "openai";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> Headers =>
        options.ApiKey.Length == 0 ? [] : [new("Authorization", $"Bearer {options.ApiKey}")];

    /// <inheritdoc/>
    public UpstreamBody Generate(GenerateRequest request, string remoteModel)
    {
        Check(request);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        var isChat = request.PromptCase == GenerateRequest.PromptOneofCase.Chat;
        json.WriteStartObject();
        json.WriteString("model", remoteModel);
        json.WriteBoolean("stream", true);
        json.WriteStartObject("stream_options");
        json.WriteBoolean("include_usage", true);
        json.WriteEndObject();
        if (isChat) WriteChat(json, request);
        else WriteText(json, request);
        WriteCommon(json, request);
        if (request.Sampling is { } sampling) WriteSampling(json, sampling);
        if (options.Extensions) WriteExtensions(json, request);
        json.WriteEndObject();
        json.Flush();
        return new UpstreamBody(isChat ? "chat/completions" : "completions", buffer.WrittenMemory);
    }

    /// <inheritdoc/>
    public IAnswerDecoder Decoder(GenerateRequest request, AnswerBuilder answer) => new OpenAiDecoder(answer);

    private void Check(GenerateRequest request)
    {
        Refusals.CheckAlways(request, Name);
        if (!options.Extensions)
        {
            Refusals.CheckExtensions(request, Name);
            Refusals.Refuse(request.Chat?.ContinueLastMessage == true, "chat.continue_last_message", Name);
        }

        if (request.PromptCase == GenerateRequest.PromptOneofCase.Chat) return;
        Refusals.Refuse(request.Tools.Count > 0, "tools", $"{Name}, and its text completions");
        Refusals.Refuse(request.ResponseFormat is not null, "response_format", $"{Name}, and its text completions");
    }

    private void WriteChat(Utf8JsonWriter json, GenerateRequest request)
    {
        OpenAiMessages.Write(json, request.Chat);
        if (request.MaxTokens > 0) json.WriteNumber(options.MaxTokensField, request.MaxTokens);
        if (request.Logprobs)
        {
            json.WriteBoolean("logprobs", true);
            if (request.TopLogprobs > 0) json.WriteNumber("top_logprobs", request.TopLogprobs);
        }

        OpenAiMessages.WriteTools(json, request);
        OpenAiMessages.WriteFormat(json, request.ResponseFormat);
    }

    private void WriteText(Utf8JsonWriter json, GenerateRequest request)
    {
        if (request.PromptCase == GenerateRequest.PromptOneofCase.Text) json.WriteString("prompt", request.Text);
        else WriteTokens(json, request.Tokens);
        json.WriteNumber("max_tokens", request.MaxTokens > 0 ? request.MaxTokens : RoomFor(request));
        if (request.Logprobs) json.WriteNumber("logprobs", request.TopLogprobs);
    }

    private static void WriteTokens(Utf8JsonWriter json, TokenSequence tokens)
    {
        json.WriteStartArray("prompt");
        foreach (var id in tokens.Ids) json.WriteNumberValue(id);
        json.WriteEndArray();
    }

    /// <summary>Unset means as many as fit; this endpoint would take it as 16.</summary>
    private uint RoomFor(GenerateRequest request)
    {
        var room = options.ContextTokens - TokenEstimate.Of(request);
        if (room > 0) return (uint)room;
        throw MillraceException.InvalidArgument(
            "max_tokens", "max_tokens must be set: how much fits behind this prompt is not known of the upstream that serves the model.");
    }

    private static void WriteCommon(Utf8JsonWriter json, GenerateRequest request)
    {
        if (request.ChoiceCount > 1) json.WriteNumber("n", request.ChoiceCount);
        if (request.Stop.Count == 0) return;
        json.WriteStartArray("stop");
        foreach (var stop in request.Stop) json.WriteStringValue(stop);
        json.WriteEndArray();
    }

    private static void WriteSampling(Utf8JsonWriter json, SamplingParameters given)
    {
        if (given.HasTemperature) json.WriteNumber("temperature", given.Temperature);
        if (given.HasTopP) json.WriteNumber("top_p", given.TopP);
        if (given.HasFrequencyPenalty) json.WriteNumber("frequency_penalty", given.FrequencyPenalty);
        if (given.HasPresencePenalty) json.WriteNumber("presence_penalty", given.PresencePenalty);
        if (given.HasSeed) json.WriteNumber("seed", given.Seed);
        if (given.LogitBias.Count == 0) return;
        json.WriteStartObject("logit_bias");
        foreach (var (id, bias) in given.LogitBias) json.WriteNumber(id.ToString(CultureInfo.InvariantCulture), bias);
        json.WriteEndObject();
    }

    /// <summary>Servers disagree on the repetition penalty's name; each passes over the other's.</summary>
    private static void WriteExtensions(Utf8JsonWriter json, GenerateRequest request)
    {
        if (request.Sampling is { } given)
        {
            if (given is { HasTopK: true, TopK: > 0 }) json.WriteNumber("top_k", given.TopK);
            if (given.HasMinP) json.WriteNumber("min_p", given.MinP);
            if (given.HasRepeatPenalty) json.WriteNumber("repetition_penalty", given.RepeatPenalty);
            if (given.HasRepeatPenalty) json.WriteNumber("repeat_penalty", given.RepeatPenalty);
        }

        if (request.IgnoreEnd) json.WriteBoolean("ignore_eos", true);
        if (request.CacheSalt.Length > 0) json.WriteString("cache_salt", Opaque(request.CacheSalt));
        if (request.Chat?.ContinueLastMessage != true) return;
        json.WriteBoolean("continue_final_message", true);
        json.WriteBoolean("add_generation_prompt", false);
    }

    /// <summary>Salts may be names of tenants, which are nobody else's business.</summary>
    private static string Opaque(string salt) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(salt)))[..32];
}
