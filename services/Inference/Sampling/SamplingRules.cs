using System.Text;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Sampling;

/// <summary>
/// Refuses sampling parameters that are out of range, by the name of the field. Comparisons are written so that NaN fails them.
/// </summary>
internal static class SamplingRules
{
    private const int RepeatLastNMax = 1 << 20;
    private const int LogitBiasCountMax = 1024;
    private const int DryAllowedLengthMax = 1024;
    private const int DryBreakersMax = 16;
    private const int DryBreakerBytesMax = 32;
    private const string Instead = "mirostat chooses the candidates itself";

    /// <summary>Checks all parameters against a vocabulary.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>.</exception>
    public static void Check(SamplingOptions options, int vocabularySize)
    {
        Require(options.Temperature is >= 0 and <= 2, "temperature", options.Temperature, "from 0 to 2");
        Require(options.TopP is > 0 and <= 1, "top_p", options.TopP, "above 0 and at most 1");
        Require(options.TopK >= 0, "top_k", options.TopK, "0 or more");
        Require(options.MinP is >= 0 and <= 1, "min_p", options.MinP, "from 0 to 1");
        Require(options.TypicalP is > 0 and <= 1, "typical_p", options.TypicalP, "above 0 and at most 1");
        CheckPenalties(options);
        CheckBias(options.LogitBias, vocabularySize);
        CheckDry(options);
        CheckMirostat(options);
    }

    private static void CheckPenalties(SamplingOptions options)
    {
        Require(options.FrequencyPenalty is >= -2 and <= 2, "frequency_penalty", options.FrequencyPenalty, "from -2 to 2");
        Require(options.PresencePenalty is >= -2 and <= 2, "presence_penalty", options.PresencePenalty, "from -2 to 2");
        Require(options.RepeatPenalty is > 0 and <= 10, "repeat_penalty", options.RepeatPenalty, "above 0 and at most 10");
        Require(options.RepeatLastN is >= 0 and <= RepeatLastNMax, "repeat_last_n", options.RepeatLastN, $"from 0 to {RepeatLastNMax}");
    }

    private static void CheckDry(SamplingOptions options)
    {
        Require(options.DryMultiplier is >= 0 and <= 100, "dry_multiplier", options.DryMultiplier, "from 0 to 100");
        Require(options.DryBase is >= 1 and <= 8, "dry_base", options.DryBase, "from 1 to 8");
        Require(
            options.DryAllowedLength is >= 1 and <= DryAllowedLengthMax,
            "dry_allowed_length",
            options.DryAllowedLength,
            $"from 1 to {DryAllowedLengthMax}");
        Require(options.DryLastN >= 0, "dry_last_n", options.DryLastN, "0 or more");
        Require(
            options.DryBreakers.Count <= DryBreakersMax, "dry_sequence_breakers", options.DryBreakers.Count, $"at most {DryBreakersMax}");
        for (var i = 0; i < options.DryBreakers.Count; i++) CheckBreaker(options.DryBreakers[i], $"dry_sequence_breakers[{i}]");
    }

    private static void CheckBreaker(string breaker, string field)
    {
        var bytes = Encoding.UTF8.GetByteCount(breaker);
        if (bytes is >= 1 and <= DryBreakerBytesMax) return;
        throw MillraceException.InvalidArgument($"sampling.{field}", $"{field} has {bytes} bytes; use 1 to {DryBreakerBytesMax}.");
    }

    private static void CheckMirostat(SamplingOptions options)
    {
        Require(options.Mirostat is >= 0 and <= 2, "mirostat", options.Mirostat, "0 for none, 1 or 2");
        Require(options.MirostatTau is > 0 and <= 20, "mirostat_tau", options.MirostatTau, "above 0 and at most 20");
        Require(options.MirostatEta is > 0 and <= 1, "mirostat_eta", options.MirostatEta, "above 0 and at most 1");
        if (options.Mirostat == 0) return;
        Exclude(options.IsGreedy, "temperature", "at temperature 0 there is only one candidate");
        Exclude(options.TopK > 0, "top_k", Instead);
        Exclude(options.TopP < 1, "top_p", Instead);
        Exclude(options.MinP > 0, "min_p", Instead);
        Exclude(options.TypicalP < 1, "typical_p", Instead);
    }

    private static void Exclude(bool set, string field, string why)
    {
        if (!set) return;
        throw MillraceException.InvalidArgument(
            $"sampling.{field}", $"{field} cannot be combined with mirostat: {why}. Leave out {field} or mirostat.");
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
