using System.Globalization;

namespace Millrace.Guardrails.Grounding;

/// <summary>What a policy does with an answer that its texts do not support.</summary>
public enum UngroundedAction
{
    /// <summary>The answer is reported, and unchanged.</summary>
    Flag = 0,

    /// <summary>Another answer takes its place.</summary>
    Replace = 1,

    /// <summary>The answer must not pass.</summary>
    Block = 2,
}

/// <summary>How answers are held to the texts that their writer was given.</summary>
public sealed class GroundingOptions
{
    private const int ReplacementCharsMax = 2000;

    /// <summary>Support in [0, 1] below which a sentence is unsupported.</summary>
    /// <value>Default 0.5, which is where support was calibrated to part what is stated there from what is not.</value>
    public float ScoreMin { get; set; } = 0.5f;

    /// <summary>What happens with an answer that has an unsupported sentence.</summary>
    /// <value>Default <see cref="UngroundedAction.Flag"/>.</value>
    public UngroundedAction Action { get; set; }

    /// <summary>The answer that takes the place of one that is replaced.</summary>
    /// <value>Default <c>I don't have enough information to answer that.</c></value>
    public string Replacement { get; set; } = "I don't have enough information to answer that.";

    /// <summary>All errors; none when the settings are valid.</summary>
    public IEnumerable<string> Validate()
    {
        if (ScoreMin is not (>= 0 and <= 1))
            yield return $"Grounding:ScoreMin is {ScoreMin.ToString(CultureInfo.InvariantCulture)}. Set it to a number from 0 to 1.";
        if (!Enum.IsDefined(Action)) yield return $"Grounding:Action is {Action}. Set it to flag, replace or block.";
        if (Replacement.Length is 0 or > ReplacementCharsMax)
            yield return $"Grounding:Replacement has {Replacement.Length} characters. Set it to 1 to {ReplacementCharsMax}.";
    }

    /// <summary>All that decides, as one line.</summary>
    internal string Content() => string.Create(CultureInfo.InvariantCulture, $"grounding {ScoreMin:R} {Action} {Replacement}");
}
