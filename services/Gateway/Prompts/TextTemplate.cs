using System.Text;
using System.Text.RegularExpressions;

namespace Millrace.Gateway.Prompts;

/// <summary>
/// A text with variables such as <c>$question</c>; <c>$$</c> is a dollar sign. It is parsed once and filled in one pass, so that a
/// value which looks like a variable stays a value.
/// </summary>
public sealed partial class TextTemplate
{
    private readonly List<Segment> _segments = [];

    /// <summary>Parses a template.</summary>
    public TextTemplate(string text)
    {
        var at = 0;
        foreach (Match match in Variable().Matches(text))
        {
            _segments.Add(new Segment(text[at..match.Index], null));
            _segments.Add(match.Value == "$$" ? new Segment("$", null) : new Segment(string.Empty, match.Groups[1].Value));
            at = match.Index + match.Length;
        }

        _segments.Add(new Segment(text[at..], null));
    }

    /// <summary>The variables, without the dollar sign.</summary>
    public IReadOnlySet<string> Variables => _segments.Select(segment => segment.Variable).OfType<string>().ToHashSet();

    /// <summary>Fills in the values.</summary>
    /// <param name="values">A value for each of <see cref="Variables"/>.</param>
    public string Fill(params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = new StringBuilder();
        foreach (var segment in _segments) text.Append(segment.Variable is { } name ? Value(values, name) : segment.Text);
        return text.ToString();
    }

    private static string Value(ReadOnlySpan<(string Name, string Value)> values, string name)
    {
        foreach (var (candidate, value) in values)
            if (candidate == name) return value;
        throw new ArgumentException($"The template's variable '${name}' has no value.", nameof(values));
    }

    [GeneratedRegex(@"\$\$|\$([a-z_]+)")]
    private static partial Regex Variable();

    private sealed record Segment(string Text, string? Variable);
}
