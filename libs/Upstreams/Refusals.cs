using System.Text;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>
/// Refuses, by name, what an API has no field for. A parameter at the value that switches it off asks for nothing and may always be sent.
/// </summary>
internal static class Refusals
{
    /// <summary>Parameters that no API of an upstream has a field for.</summary>
    public static void CheckAlways(GenerateRequest request, string api)
    {
        var given = request.Sampling ?? new SamplingParameters();
        Refuse(given.HasRepeatLastN, "sampling.repeat_last_n", api);
        Refuse(given.HasTypicalP && given.TypicalP < 1, "sampling.typical_p", api);
        Refuse(given.HasDryMultiplier && given.DryMultiplier > 0, "sampling.dry_multiplier", api);
        Refuse(given.HasMirostat && given.Mirostat > 0, "sampling.mirostat", api);
        Refuse(request.Echo, "echo", api);
        CheckTools(request);
        CheckChoices(request);
        CheckStop(request);
        CheckRanges(given);
    }

    /// <summary>What is refused that needs the vocabulary of a model.</summary>
    public static MillraceException NoVocabulary(UpstreamModel model) => MillraceException.InvalidArgument(
        "model", $"The model '{model.Name}' runs behind the upstream '{model.Upstream.Name}', and its vocabulary is not known here.");

    /// <summary>Parameters that servers add to OpenAI's API.</summary>
    public static void CheckExtensions(GenerateRequest request, string api)
    {
        var given = request.Sampling ?? new SamplingParameters();
        Refuse(given.HasTopK && given.TopK > 0, "sampling.top_k", api);
        Refuse(given.HasMinP && given.MinP > 0, "sampling.min_p", api);
        Refuse(given.HasRepeatPenalty && given.RepeatPenalty != 1, "sampling.repeat_penalty", api);
        Refuse(request.IgnoreEnd, "ignore_end", api);
    }

    /// <summary>Refuses a parameter that was given.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>.</exception>
    public static void Refuse(bool given, string param, string api)
    {
        if (given)
            throw MillraceException.InvalidArgument(
                param, $"The model runs behind {api}, which has no parameter for {param.Split('.')[^1]}: leave it out.");
    }

    /// <summary>A JSON object that a caller gave as text.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>: it is none.</exception>
    public static JsonElement ObjectOf(string text, string param)
    {
        try
        {
            using var json = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Refused below: the parser's own words would quote the text.
        }

        throw MillraceException.InvalidArgument(param, $"{param} must be a JSON object.");
    }

    private static void CheckStop(GenerateRequest request)
    {
        const int StopsMax = 16;
        const int StopBytesMax = 256;
        if (request.Stop.Count > StopsMax)
            throw MillraceException.InvalidArgument("stop", $"There are {request.Stop.Count} stop strings; use at most {StopsMax}.");
        for (var i = 0; i < request.Stop.Count; i++)
            if (Encoding.UTF8.GetByteCount(request.Stop[i]) is 0 or > StopBytesMax)
                throw MillraceException.InvalidArgument($"stop[{i}]", $"stop[{i}] must have 1 to {StopBytesMax} bytes.");
    }

    /// <summary>The contract's ranges; written so that NaN, which JSON cannot hold, fails them.</summary>
    private static void CheckRanges(SamplingParameters given)
    {
        Require(!given.HasTemperature || given.Temperature is >= 0 and <= 2, "temperature", given.Temperature, "from 0 to 2");
        Require(!given.HasTopP || given.TopP is > 0 and <= 1, "top_p", given.TopP, "above 0 and at most 1");
        Require(!given.HasMinP || given.MinP is >= 0 and <= 1, "min_p", given.MinP, "from 0 to 1");
        Require(
            !given.HasFrequencyPenalty || given.FrequencyPenalty is >= -2 and <= 2,
            "frequency_penalty", given.FrequencyPenalty, "from -2 to 2");
        Require(
            !given.HasPresencePenalty || given.PresencePenalty is >= -2 and <= 2,
            "presence_penalty", given.PresencePenalty, "from -2 to 2");
        Require(
            !given.HasRepeatPenalty || given.RepeatPenalty is > 0 and <= 10,
            "repeat_penalty", given.RepeatPenalty, "above 0 and at most 10");
        foreach (var bias in given.LogitBias.Values) Require(bias is >= -100 and <= 100, "logit_bias", bias, "from -100 to 100");
    }

    private static void Require(bool valid, string field, float value, string range)
    {
        if (valid) return;
        throw MillraceException.InvalidArgument($"sampling.{field}", FormattableString.Invariant($"{field} is {value}; use {range}."));
    }

    private static void CheckTools(GenerateRequest request)
    {
        if (request.ToolChoice is not { } choice) return;
        var needsTools = choice.Mode is ToolMode.Required or ToolMode.Named;
        if (needsTools && request.Tools.Count == 0)
            throw MillraceException.InvalidArgument("tool_choice", "tool_choice asks for a call, and there are no tools: send some.");
        if (choice.Mode == ToolMode.Named && request.Tools.All(tool => tool.Name != choice.Name))
            throw MillraceException.InvalidArgument("tool_choice.name", "tool_choice.name is the name of none of the tools.");
    }

    private static void CheckChoices(GenerateRequest request)
    {
        const int ChoicesMax = 8;
        if (request.ChoiceCount > ChoicesMax)
            throw MillraceException.InvalidArgument("choice_count", $"choice_count is {request.ChoiceCount}; use 1 to {ChoicesMax}.");
        if (request.TopLogprobs > 0 && !request.Logprobs)
            throw MillraceException.InvalidArgument("top_logprobs", "top_logprobs needs logprobs: set logprobs to true.");
        if (request.PromptCase == GenerateRequest.PromptOneofCase.None)
            throw MillraceException.InvalidArgument("prompt", "The request has no prompt: set one of `text`, `tokens` and `chat`.");
        if (request.PromptCase == GenerateRequest.PromptOneofCase.Chat && request.Chat.Messages.Count == 0)
            throw MillraceException.InvalidArgument("chat.messages", "The chat has no messages: send at least one.");
    }
}
