using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>Sampling settings in the contract's form. What nobody set stays unset, for the member's own default.</summary>
internal static class SamplingMapping
{
    private const string MembersPrefix = "sampling.";

    public static SamplingParameters ToContract(this SamplingSettings settings)
    {
        var sampling = new SamplingParameters();
        if (settings.Temperature is { } temperature) sampling.Temperature = temperature;
        if (settings.TopP is { } topP) sampling.TopP = topP;
        if (settings.TopK is { } topK) sampling.TopK = topK;
        if (settings.MinP is { } minP) sampling.MinP = minP;
        if (settings.TypicalP is { } typicalP) sampling.TypicalP = typicalP;
        if (settings.FrequencyPenalty is { } frequency) sampling.FrequencyPenalty = frequency;
        if (settings.PresencePenalty is { } presence) sampling.PresencePenalty = presence;
        if (settings.RepetitionPenalty is { } repetition) sampling.RepeatPenalty = repetition;
        if (settings.Seed is { } seed) sampling.Seed = seed;
        foreach (var (token, bias) in settings.LogitBias) sampling.LogitBias.Add(token, bias);
        Add(sampling, settings.Dry);
        Add(sampling, settings.Mirostat);
        return sampling;
    }

    /// <summary>Whether a member refused one of these settings.</summary>
    public static bool IsSampling(string? param) => param?.StartsWith(MembersPrefix, StringComparison.Ordinal) == true;

    /// <summary>A member's refusal of a setting, with the name by which the application gave it.</summary>
    public static MillraceException InWordsOfTheCaller(MillraceException refusal)
    {
        var inside = refusal.Param![MembersPrefix.Length..];
        var name = inside switch
        {
            "repeat_penalty" => "repetition_penalty",
            "dry_last_n" => "dry_penalty_last_n",
            _ => inside,
        };
        return new MillraceException(refusal.Reason, refusal.Message.Replace(inside, name, StringComparison.Ordinal), refusal)
        {
            Param = name,
        };
    }

    private static void Add(SamplingParameters sampling, DrySettings dry)
    {
        if (dry.Multiplier is { } multiplier) sampling.DryMultiplier = multiplier;
        if (dry.Base is { } growth) sampling.DryBase = growth;
        if (dry.AllowedLength is { } allowed) sampling.DryAllowedLength = allowed;
        if (dry.LastCount is { } last) sampling.DryLastN = last;
        sampling.DrySequenceBreakers.Add(dry.Breakers);
    }

    private static void Add(SamplingParameters sampling, MirostatSettings mirostat)
    {
        if (mirostat.Version is { } version) sampling.Mirostat = version;
        if (mirostat.Tau is { } tau) sampling.MirostatTau = tau;
        if (mirostat.Eta is { } eta) sampling.MirostatEta = eta;
    }
}
