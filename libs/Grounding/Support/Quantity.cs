using System.Globalization;

namespace Millrace.Grounding.Support;

/// <summary>A number in a sentence.</summary>
/// <param name="Value">The number in one spelling: <c>1000</c> for "1,000" and "a thousand"; a time such as <c>10:30</c> as it is.</param>
/// <param name="Unit">What it counts, in one spelling; null when nothing that is known to be a unit stands beside it.</param>
internal sealed record Quantity(string Value, string? Unit)
{
    /// <summary>Whether another number can be the same.</summary>
    public bool Agrees(Quantity other) => Value == other.Value && (Unit is null || other.Unit is null || Unit == other.Unit);

    /// <summary>Whether another number could stand in this one's place and say something else.</summary>
    public bool Rivals(Quantity other) => Value != other.Value && Unit == other.Unit;
}

/// <summary>Reads numbers, in digits and in words.</summary>
internal static class NumberWords
{
    private static readonly Dictionary<string, decimal> Small = Named(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
        step: 1);

    private static readonly Dictionary<string, decimal> Tens =
        Named("twenty thirty forty fifty sixty seventy eighty ninety", step: 10, first: 2);

    private static readonly Dictionary<string, decimal> Powers = new(StringComparer.Ordinal)
    {
        ["hundred"] = 100, ["thousand"] = 1000, ["million"] = 1_000_000, ["billion"] = 1_000_000_000, ["dozen"] = 12,
    };

    /// <summary>Reads the number that begins at a word.</summary>
    /// <param name="words">The words, in lower case.</param>
    /// <param name="at">Index of the first one.</param>
    /// <returns>The number in one spelling, the letters behind its digits, and its number of words; null when none begins there.</returns>
    public static (string Value, string Suffix, int Count)? Read(IReadOnlyList<string> words, int at)
    {
        if (char.IsAsciiDigit(words[at][0])) return Digits(words, at);
        if (words[at] == "twice") return ("2", "times", 1);
        var (value, count) = (0m, 0);
        if (Tens.TryGetValue(words[at], out var tens))
        {
            (value, count) = (tens, 1);
            if (at + 1 < words.Count && Small.TryGetValue(words[at + 1], out var unit) && unit is > 0 and < 10)
                (value, count) = (tens + unit, 2);
        }
        else if (Small.TryGetValue(words[at], out var small)) (value, count) = (small, 1);
        else if (Powers.TryGetValue(words[at], out var alone)) (value, count) = (alone, 1);
        return count == 0 ? null : (Text(Scale(value, words, at + count, ref count)), string.Empty, count);
    }

    private static (string Value, string Suffix, int Count)? Digits(IReadOnlyList<string> words, int at)
    {
        var word = words[at];
        var end = 0;
        while (end < word.Length && (char.IsAsciiDigit(word[end]) || word[end] is '.' or ',' or ':')) end++;
        var (digits, suffix, count) = (word[..end], word[end..], 1);
        if (suffix is "st" or "nd" or "rd" or "th") suffix = string.Empty;
        if (digits.Contains(':', StringComparison.Ordinal)) return (Time(digits), suffix, count);
        if (!decimal.TryParse(Plain(digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return (digits, suffix, count);
        return (Text(suffix.Length == 0 ? Scale(value, words, at + 1, ref count) : value), suffix, count);
    }

    // "two hundred", "3 million".
    private static decimal Scale(decimal value, IReadOnlyList<string> words, int next, ref int count)
    {
        while (next < words.Count && Powers.TryGetValue(words[next], out var power) && value < 1_000_000_000)
        {
            value *= power;
            next++;
            count++;
        }

        return value;
    }

    private static string Time(string digits) => digits.EndsWith(":00", StringComparison.Ordinal) ? digits[..^3].TrimStart('0') : digits;

    // A comma before three digits parts thousands; before others, fractions.
    private static string Plain(string digits)
    {
        var comma = digits.LastIndexOf(',');
        return comma >= 0 && digits.Length - comma != 4
            ? digits.Replace(',', '.')
            : digits.Replace(",", string.Empty, StringComparison.Ordinal);
    }

    private static string Text(decimal value) => value.ToString("0.############", CultureInfo.InvariantCulture);

    private static Dictionary<string, decimal> Named(string names, decimal step, int first = 0) => names.Split(' ')
        .Select((name, index) => (Name: name, Value: (index + first) * step))
        .ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
}
