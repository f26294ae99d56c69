using System.Text;

namespace Millrace.GuardTraining.Injection;

/// <summary>Makes sentences of a template: <c>(a|b|)</c> is one of several texts, <c>{name}</c> one of a list's.</summary>
internal sealed class Templates(IReadOnlyDictionary<string, string[]> lists)
{
    private const int DepthMax = 4;

    /// <summary>Reads lists: lines of a name, a colon and texts between bars.</summary>
    public static Templates Read(IEnumerable<string> lines) => new(
        lines.Where(line => line.Length > 0).Select(line => line.Split(':', 2)).ToDictionary(
            parts => parts[0].Trim(), parts => parts[1].Split('|', StringSplitOptions.TrimEntries), StringComparer.Ordinal));

    /// <summary>Whether a template can become more than one sentence.</summary>
    public static bool HasChoice(string template) => template.AsSpan().IndexOfAny('{', '|') >= 0;

    /// <summary>Makes one sentence.</summary>
    public string Expand(string template, Random random)
    {
        var text = template;
        for (var depth = 0; depth < DepthMax && HasChoice(text); depth++) text = ExpandOnce(text, random);
        return string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private string ExpandOnce(string text, Random random)
    {
        var expanded = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var end = text[at] == '(' ? text.IndexOf(')', at) : text[at] == '{' ? text.IndexOf('}', at) : -1;
            var inner = end < 0 ? "" : text[(at + 1)..end];
            string[]? choices = end < 0 ? null
                : text[at] == '(' && inner.Contains('|', StringComparison.Ordinal) ? inner.Split('|')
                : text[at] == '{' ? lists.GetValueOrDefault(inner) : null;
            if (choices is null) expanded.Append(text[at++]);
            else
            {
                expanded.Append(choices[random.Next(choices.Length)]);
                at = end + 1;
            }
        }

        return expanded.ToString();
    }
}
