using System.ComponentModel.DataAnnotations;

namespace Millrace.Gateway.Quoting;

/// <summary>How a quoting model is asked; section <c>Quoting</c>. The defaults are what measured best on the sample questions.</summary>
public sealed class QuotingOptions
{
    /// <summary>Sentences that the model is asked about at most, best first.</summary>
    /// <value>Default 5.</value>
    [Range(1, 32, ErrorMessage = "TriesMax must be from 1 to 32.")]
    public int TriesMax { get; set; } = 5;

    /// <summary>
    /// Share of the question, weighted by how rare its words are, that a sentence and its headings must speak of. Higher refuses more.
    /// </summary>
    /// <value>Default 0.5.</value>
    [Range(0.0, 1.0, ErrorMessage = "SupportMin must be from 0 to 1.")]
    public double SupportMin { get; set; } = 0.5;
}
