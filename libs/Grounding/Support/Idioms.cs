using System.Buffers;
using System.Text.RegularExpressions;

namespace Millrace.Grounding.Support;

/// <summary>Turns of phrase that deny nothing though they have the words for it, in a form that compares.</summary>
internal static class Idioms
{
    private static readonly SearchValues<string> Words =
        SearchValues.Create(["pay", "charge", "fee", "cost"], StringComparison.OrdinalIgnoreCase);

    // Without backtracking: any text takes linear time.
    private static readonly Regex NoCost = new(
        @"\b(?:pays? nothing(?: for)?|nothing to pay|(?:do not|does not|need not|don't|doesn't) (?:have to )?pay(?: for)?"
            + @"|nobody pays(?: for)?|no (?:charge|fee|cost)s?|free of charge|at no (?:extra )?(?:cost|charge)|without (?:charge|cost))\b",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>A text with such phrases put plainly: that nobody pays for something means that it is free.</summary>
    public static string Plain(string text) => text.AsSpan().ContainsAny(Words) ? NoCost.Replace(text, "free") : text;
}
