using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Sampling;

/// <summary>
/// Refuses sampling parameters that are out of range, by the name of the field. Comparisons are written so that NaN fails them.
/// </summary>
internal static class SamplingRules
{
    private const int RepeatLastNMax = 1 << 20;
    private const int LogitBiasCountMax = 1024;

    /// <summary>Checks all parameters against a vocabulary.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>.</exception>
    public static void Check(SamplingOptions options, int vocabularySize)
    {
        Require(options.Temperature is >= 0 and <= 2, "temperature", options.Temperature, "from 0 to 2");
        Require(options.TopP is > 0 and <= 1, "top_p", options.TopP, "above 0 and at most 1");
        Require(options.TopK >= 0, "top_k", options.TopK, "0 or more");
        Require(options.MinP is >= 0 and <= 1, "min_p", options.MinP, "from 0 to 1");
        Require(options.FrequencyPenalty is >= -2 and <= 2, "frequency_penalty", options.FrequencyPenalty, "from -2 to 2");
        Require(options.PresencePenalty is >= -2 and <= 2, "presence_penalty", options.PresencePenalty, "from -2 to 2");
        Require(options.RepeatPenalty is > 0 and <= 10, "repeat_penalty", options.RepeatPenalty, "above 0 and at most 10");
        Require(options.RepeatLastN is >= 0 and <= RepeatLastNMax, "repeat_last_n", options.RepeatLastN, $"from 0 to {RepeatLastNMax}");
        CheckBias(options.LogitBias, vocabularySize);
    }

    private static void CheckBias(IReadOnlyDictionary<int, float> bias, int vocabularySize)
    {
        Require(bias.Count <= LogitBiasCountMax, "logit_bias", bias.Count, $"at most {LogitBiasCountMax} entries");
        foreach (var (id, value) in bias)
        {
            Require((uint)id < (uint)vocabularySize, "logit_bias", id, $"token ids from 0 to {vocabularySize - 1}");
            Require(value is >= -100 and <= 100, "logit_bias", value, "from -100 to 100");
        }
    }

    private static void Require(bool valid, string field, float value, string range)
    {
        if (valid) return;
        throw MillraceException.InvalidArgument($"sampling.{field}", FormattableString.Invariant($"{field} is {value}; use {range}."));
    }
}
