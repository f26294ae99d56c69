namespace Millrace.Retrieval.Encoders;

/// <summary>Section <c>Retrieval:Tokenizers</c>: tokenizers of embedding models that are kept, so that tokens are counted without
/// calls.</summary>
public sealed class TokenizerOptions
{
    /// <summary>Most tokenizers that are kept, in memory and on disk; one takes a few megabytes.</summary>
    /// <value>Default 16.</value>
    public int KeptMax { get; set; } = 16;

    /// <summary>
    /// How long a tokenizer is used before the embedding service is asked whether the model still has it. While that does not answer, the
    /// old one is used on.
    /// </summary>
    /// <value>Default one hour.</value>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(1);

    internal IEnumerable<string> Validate()
    {
        if (KeptMax is < 1 or > 1000) yield return $"Tokenizers:KeptMax is {KeptMax}. Set it to 1 to 1,000.";
        if (MaxAge < TimeSpan.FromSeconds(1) || MaxAge > TimeSpan.FromDays(30))
            yield return $"Tokenizers:MaxAge is {MaxAge}. Set it to 1 second to 30 days.";
    }
}
