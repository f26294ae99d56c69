namespace Millrace.Gateway.Prompts.Compression;

/// <summary>How an assistant's passages are shortened; section <c>Assistants:{name}:Compression</c>. Without a goal they are not.</summary>
public sealed class CompressionOptions
{
    /// <summary>Share of the passages' tokens that is to be left, above 0 and at most 1.</summary>
    public double? Ratio { get; set; }

    /// <summary>Most tokens of all passages together.</summary>
    public int? TokensMax { get; set; }

    /// <summary>How alike two sentences must be, by the cosine of their vectors, for one of them to say nothing new.</summary>
    /// <value>Default 0.9.</value>
    public double SimilarityMin { get; set; } = 0.9;

    /// <summary>Whether there is a goal.</summary>
    public bool IsOn => Ratio is not null || TokensMax is not null;

    /// <summary>All errors, each with its remedy.</summary>
    public IEnumerable<string> Validate()
    {
        if (Ratio is not (null or > 0 and <= 1)) yield return "Compression:Ratio must be above 0 and at most 1.";
        if (TokensMax is < 1) yield return "Compression:TokensMax must be at least 1.";
        if (SimilarityMin is not (>= 0.5 and <= 1)) yield return "Compression:SimilarityMin must be from 0.5 to 1.";
    }

    /// <summary>How many tokens are to be left.</summary>
    /// <param name="tokens">How many there are.</param>
    internal int Goal(int tokens) => (int)Math.Min((Ratio ?? 1) * tokens, TokensMax ?? int.MaxValue);
}
