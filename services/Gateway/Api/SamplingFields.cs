using System.Collections.Frozen;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Api;

/// <summary>
/// Sampling parameters beyond OpenAI's, which applications send through their SDK's extra body, by the names that open engines gave them.
/// Types are checked here; ranges by the member that samples, because they are its own,
/// save that of a field which it knows by another name.
/// </summary>
internal static class SamplingFields
{
    private const int PenaltyMax = 10;
    private const int BreakersMax = 16;
    private const int BreakerLengthMax = 32;

    private static readonly FrozenDictionary<string, Func<SamplingSettings, JsonField, SamplingSettings>> Table =
        new Dictionary<string, Func<SamplingSettings, JsonField, SamplingSettings>>
        {
            ["top_k"] = (sampling, field) => sampling with { TopK = (uint)Math.Max(0, field.Integer(-1, int.MaxValue)) },
            ["min_p"] = (sampling, field) => sampling with { MinP = Real(field) },
            ["typical_p"] = (sampling, field) => sampling with { TypicalP = Real(field) },
            ["repetition_penalty"] = (sampling, field) => sampling with { RepetitionPenalty = Penalty(field) },
            ["dry_multiplier"] = (sampling, field) => sampling with { Dry = sampling.Dry with { Multiplier = Real(field) } },
            ["dry_base"] = (sampling, field) => sampling with { Dry = sampling.Dry with { Base = Real(field) } },
            ["dry_allowed_length"] = (sampling, field) => sampling with { Dry = sampling.Dry with { AllowedLength = Count(field) } },
            ["dry_penalty_last_n"] = (sampling, field) => sampling with { Dry = sampling.Dry with { LastCount = LastCount(field) } },
            ["dry_sequence_breakers"] = (sampling, field) => sampling with { Dry = sampling.Dry with { Breakers = Breakers(field) } },
            ["mirostat"] = (sampling, field) => sampling with { Mirostat = sampling.Mirostat with { Version = Count(field) } },
            ["mirostat_tau"] = (sampling, field) => sampling with { Mirostat = sampling.Mirostat with { Tau = Real(field) } },
            ["mirostat_eta"] = (sampling, field) => sampling with { Mirostat = sampling.Mirostat with { Eta = Real(field) } },
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The parameters.</summary>
    public static IEnumerable<string> Names => Table.Keys;

    /// <summary>Whether a name is one of them.</summary>
    public static bool Has(string name) => Table.ContainsKey(name);

    /// <summary>Settings with one field more; null means absent.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">The field has the wrong type.</exception>
    public static SamplingSettings Read(SamplingSettings sampling, JsonField field) =>
        field.IsNull ? sampling : Table[field.Name](sampling, field);

    private static float Real(JsonField field) => (float)field.Number(float.MinValue, float.MaxValue);

    private static float Penalty(JsonField field) => (float)field.Number(0, PenaltyMax) is > 0 and var penalty
        ? penalty
        : throw field.Invalid("must be above 0 and at most 10; 1 is off");

    private static uint Count(JsonField field) => (uint)field.Integer(0, int.MaxValue);

    // Elsewhere 0 switches DRY off here; in the contract it stands for all tokens.
    private static uint LastCount(JsonField field) => field.Integer(-1, int.MaxValue) switch
    {
        0 => throw field.Invalid("must be -1 for all tokens, or at least 1; leave out 'dry_multiplier' to switch DRY off"),
        var count => (uint)Math.Max(0, count),
    };

    private static string[] Breakers(JsonField field) => [.. field.Items(1, BreakersMax).Select(item => item.Text(BreakerLengthMax))];
}
