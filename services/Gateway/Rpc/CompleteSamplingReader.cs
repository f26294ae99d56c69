using Millrace.Contracts.Gateway.V1;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Rpc;

/// <summary>
/// Sampling beyond OpenAI's in a gRPC chat request. Ranges are checked by the member that samples, because they are its own.
/// </summary>
internal static class CompleteSamplingReader
{
    private const float PenaltyMax = 10;
    private const int BreakersMax = 16;

    /// <summary>Settings with what was given.</summary>
    /// <exception cref="MillraceException">A field that the members know by another name is out of range.</exception>
    public static SamplingSettings With(this SamplingSettings settings, SamplingExtensions? given)
    {
        if (given is null) return settings;
        if (given.HasRepetitionPenalty && given.RepetitionPenalty is not (> 0 and <= PenaltyMax))
            throw MillraceException.InvalidArgument(
                "sampling.repetition_penalty", "'sampling.repetition_penalty' must be above 0 and at most 10; 1 is off.");
        if (given.DrySequenceBreakers.Count > BreakersMax)
            throw MillraceException.InvalidArgument(
                "sampling.dry_sequence_breakers", $"'sampling.dry_sequence_breakers' must have at most {BreakersMax} items.");
        return settings with
        {
            TopK = given.HasTopK ? given.TopK : null,
            MinP = given.HasMinP ? given.MinP : null,
            TypicalP = given.HasTypicalP ? given.TypicalP : null,
            RepetitionPenalty = given.HasRepetitionPenalty ? given.RepetitionPenalty : null,
            Dry = Dry(given),
            Mirostat = new MirostatSettings
            {
                Version = given.HasMirostat ? given.Mirostat : null,
                Tau = given.HasMirostatTau ? given.MirostatTau : null,
                Eta = given.HasMirostatEta ? given.MirostatEta : null,
            },
        };
    }

    private static DrySettings Dry(SamplingExtensions given) => new()
    {
        Multiplier = given.HasDryMultiplier ? given.DryMultiplier : null,
        Base = given.HasDryBase ? given.DryBase : null,
        AllowedLength = given.HasDryAllowedLength ? given.DryAllowedLength : null,
        LastCount = given.HasDryPenaltyLastN ? given.DryPenaltyLastN : null,
        Breakers = [.. given.DrySequenceBreakers],
    };
}
