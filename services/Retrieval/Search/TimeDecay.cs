using Millrace.Retrieval.Filtering;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>
/// Lets newer documents come first: a score is multiplied by <c>1 - strength * (1 - 2^(-age / half-life))</c>. A document without the key,
/// or whose value is no date-time, is as old as its last change.
/// </summary>
/// <param name="HalfLife">After this age half of the weight is left.</param>
/// <param name="Strength">How much of the score depends on age, 0 to 1.</param>
/// <param name="Key">Key of the metadata that holds a date-time; empty for the time of the last change.</param>
internal sealed record TimeDecay(TimeSpan HalfLife, double Strength, string Key)
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "decay";

    private const double HalfLifeDaysMax = 36_500;

    /// <summary>Reads it from days.</summary>
    /// <exception cref="MillraceException">The days are not above 0.</exception>
    public static TimeDecay Of(double halfLifeDays, double strength, string key) =>
        halfLifeDays is > 0 and <= HalfLifeDaysMax && TimeSpan.FromDays(halfLifeDays) > TimeSpan.Zero
            ? new TimeDecay(TimeSpan.FromDays(halfLifeDays), strength, key)
            : throw MillraceException.InvalidArgument(
                "time_decay.half_life_days",
                $"time_decay.half_life_days is {halfLifeDays}. Set it to more than 0 and at most {HalfLifeDaysMax}.");

    /// <summary>Refuses one that is not valid.</summary>
    public void RequireValid()
    {
        if (!(Strength is >= 0 and <= 1))
            throw MillraceException.InvalidArgument(
                "time_decay.strength", $"time_decay.strength is {Strength}. Set it to 0 (age says nothing) to 1 (age says all).");
        if (Key.Length > Filter.KeyCharsMax)
            throw MillraceException.InvalidArgument(
                "time_decay.key", $"time_decay.key has {Key.Length} characters. Shorten it to {Filter.KeyCharsMax}.");
    }

    /// <summary>The candidates in their new order.</summary>
    public IReadOnlyList<Candidate> Apply(IReadOnlyList<Candidate> candidates, DateTimeOffset now) =>
        candidates.Select(candidate => candidate with { Score = Decayed(candidate, now) }).BestFirst();

    // A score below 0, which a cosine can be, must sink as well.
    private double Decayed(Candidate candidate, DateTimeOffset now)
    {
        var factor = Factor(now - InstantOf(candidate));
        return candidate.Score >= 0 ? candidate.Score * factor : candidate.Score * (2 - factor);
    }

    // What is dated in the future is as new as can be.
    private double Factor(TimeSpan age) => 1 - (Strength * (1 - Math.Pow(2, -Math.Max(0, age / HalfLife))));

    private DateTimeOffset InstantOf(Candidate candidate)
    {
        if (Key.Length == 0) return candidate.Passage.Attributes.UpdatedAt;
        foreach (var value in MetadataValues.Of(candidate.Passage.Attributes, Key))
            if (Instants.TryParse(value.Text, out var instant)) return instant;
        return candidate.Passage.Attributes.UpdatedAt;
    }
}
