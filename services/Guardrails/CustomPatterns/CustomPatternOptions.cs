using System.Buffers;
using System.Globalization;

namespace Millrace.Guardrails.CustomPatterns;

/// <summary>A pattern of an operator's or a tenant's own.</summary>
public sealed class CustomPatternOptions
{
    /// <summary>Most characters that a pattern may look at.</summary>
    public const int CharsMaxMax = 1_024;

    private const int CharsMaxUnbounded = 256;
    private const int NameCharsMax = 32;

    private static readonly SearchValues<char> NameChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>
    /// What is found: characters, classes (<c>[a-f]</c>, <c>\d</c>, <c>\w</c>, <c>\s</c>, <c>.</c>), groups, alternatives, repetitions
    /// (<c>? * + {2,4}</c>) and <c>\b</c> at the ends. The longest match counts.
    /// </summary>
    /// <value>At most 1,024 characters.</value>
    public string Pattern { get; set; } = string.Empty;

    /// <summary>Whether the case of letters does not matter.</summary>
    /// <value>Default false.</value>
    public bool IgnoreCase { get; set; }

    /// <summary>Confidence of a finding, above 0 to 1.</summary>
    /// <value>Default 0.9.</value>
    public float Score { get; set; } = 0.9f;

    /// <summary>Longest match in UTF-16 code units, which is also what a stream can be held back by.</summary>
    /// <value>Default: as long as the pattern can match, at most 1,024; 256 where it has no longest match.</value>
    public int? CharsMax { get; set; }

    /// <summary>A check that a match must pass: none, luhn, mod97 or verhoeff.</summary>
    /// <value>Default none.</value>
    public string Validator { get; set; } = "none";

    /// <summary>The rule of a pattern's name.</summary>
    internal static string RuleOf(string name) => $"custom.{name.ToLowerInvariant()}";

    /// <summary>All errors; none when the pattern can be used.</summary>
    internal IEnumerable<string> Validate(string name)
    {
        var lower = name.ToLowerInvariant();
        if (name.Length is 0 or > NameCharsMax || lower.AsSpan().ContainsAnyExcept(NameChars) || lower == "deny")
            yield return $"a name has 1 to {NameCharsMax} letters, digits and underscores, and is not 'deny'.";
        if (Score is not (> 0 and <= 1)) yield return "Score must be above 0 and at most 1.";
        if (CharsMax is < 1 or > CharsMaxMax) yield return $"CharsMax must be from 1 to {CharsMaxMax}.";
        if (Check() is null) yield return $"Validator is '{Validator}'. Set it to none, luhn, mod97 or verhoeff.";
        if (Problem() is { } problem) yield return $"Pattern '{Shortened()}' cannot be used: {problem}";
    }

    /// <summary>The check; null when there is none of the name.</summary>
    internal CheckSum? Check()
    {
        if (Validator.Length == 0) return CheckSum.None;
        return char.IsAsciiLetter(Validator[0]) && Enum.TryParse<CheckSum>(Validator, ignoreCase: true, out var check) ? check : null;
    }

    /// <summary>Most characters that are looked at.</summary>
    internal int CharsMaxOf(CustomPattern pattern) => CharsMax ?? Math.Min(pattern.CharsMax ?? CharsMaxUnbounded, CharsMaxMax);

    /// <summary>All that it decides by.</summary>
    internal string Content() =>
        string.Create(CultureInfo.InvariantCulture, $"{Score:R} {CharsMax} {Validator.ToLowerInvariant()} {IgnoreCase} {Pattern}");

    private string? Problem()
    {
        try
        {
            CustomPattern.Compile(Pattern, IgnoreCase);
            return null;
        }
        catch (PatternException error)
        {
            return error.Message;
        }
    }

    private string Shortened() => Pattern.Length <= 40 ? Pattern : Pattern[..40] + "...";
}
