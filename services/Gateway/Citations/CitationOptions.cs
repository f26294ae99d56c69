using System.ComponentModel.DataAnnotations;

namespace Millrace.Gateway.Citations;

/// <summary>
/// How citations are verified; section <c>Citations</c>. The defaults are what measured best on the project's test sentences.
/// </summary>
public sealed class CitationOptions
{
    /// <summary>Share of what a sentence says that the cited passage must say too, for its citation to stay. Higher drops more.</summary>
    /// <value>Default 0.55.</value>
    [Range(0.0, 1.0, ErrorMessage = "SupportMin must be from 0 to 1.")]
    public double SupportMin { get; set; } = 0.55;

    /// <summary>As <see cref="SupportMin"/>, for another passage that a citation is moved to.</summary>
    /// <value>Default 0.65.</value>
    [Range(0.0, 1.0, ErrorMessage = "MoveMin must be from 0 to 1.")]
    public double MoveMin { get; set; } = 0.65;

    /// <summary>Most characters that are held back behind a marker in front of its sentence, until the sentence ends.</summary>
    /// <value>Default 512.</value>
    [Range(0, 65_536, ErrorMessage = "HeldCharsMax must be from 0 to 65536.")]
    public int HeldCharsMax { get; set; } = 512;
}
