using System.Globalization;

namespace Millrace.Guardrails.CustomPatterns;

/// <summary>What stands behind a backslash.</summary>
internal static class PatternEscape
{
    /// <summary>Reads on behind a backslash.</summary>
    /// <exception cref="PatternException">It is nothing that is supported.</exception>
    public static CharSet Read(string pattern, ref int position)
    {
        if (position == pattern.Length) throw new PatternException(position - 1, "'\\' ends the pattern. Write \\\\ for the character.");
        var c = pattern[position++];
        return c switch
        {
            'd' => CharSet.Digits,
            'D' => CharSet.Digits.Negated(),
            'w' => CharSet.Words,
            'W' => CharSet.Words.Negated(),
            's' => CharSet.Spaces,
            'S' => CharSet.Spaces.Negated(),
            't' => CharSet.Of('\t'),
            'n' => CharSet.Of('\n'),
            'r' => CharSet.Of('\r'),
            'x' => CharSet.Of(Hex(pattern, ref position, 2)),
            'u' => CharSet.Of(Hex(pattern, ref position, 4)),
            'b' or 'B' => throw new PatternException(
                position - 2,
                "\\b stands at the start or the end of the whole pattern only; put alternatives into a group: \\b(?:a|b)\\b."),
            >= '0' and <= '9' => throw new PatternException(position - 2, "back-references are not supported."),
            _ when char.IsAsciiLetter(c) => throw new PatternException(
                position - 2, $"\\{c} is not known. Use \\d, \\w, \\s, \\t, \\n, \\r, \\xHH, \\uHHHH, or a class such as [a-f]."),
            _ => CharSet.Of(c),
        };
    }

    private static char Hex(string pattern, ref int position, int digits)
    {
        if (position + digits <= pattern.Length
            && ushort.TryParse(
                pattern.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            position += digits;
            return (char)code;
        }

        throw new PatternException(position, $"{digits} hexadecimal digits are missing.");
    }
}
