using System.Text.RegularExpressions;

namespace Millrace.Upstreams;

/// <summary>Makes what an upstream says fit to be shown: one line, not long, without keys.</summary>
internal sealed partial class SecretScrubber(UpstreamOptions options)
{
    private const int CharsMax = 300;
    private const int CharsReadMax = 4096;
    private const int SecretCharsMin = 4;
    private const string Mask = "***";

    private readonly string[] _secrets =
    [
        .. options.Headers.Values.Append(options.ApiKey)
            .Where(secret => secret.Length >= SecretCharsMin)
            .OrderByDescending(secret => secret.Length),
    ];

    /// <summary>The text as it may be shown.</summary>
    public string Clean(string text)
    {
        var clean = text.Length <= CharsReadMax ? text : text[..CharsReadMax];
        foreach (var secret in _secrets) clean = clean.Replace(secret, Mask, StringComparison.Ordinal);
        clean = KeyPattern().Replace(clean, Mask);
        clean = BlankPattern().Replace(clean, " ").Trim().TrimEnd('.');
        return clean.Length <= CharsMax ? clean : clean[..CharsMax] + "…";
    }

    [GeneratedRegex(@"\b(?:sk|pk|key|hf|gsk|xai)[-_][A-Za-z0-9*_\-]{6,}|\bBearer\s+\S+", RegexOptions.None, 1000)]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"[\s\p{C}]+")]
    private static partial Regex BlankPattern();
}
