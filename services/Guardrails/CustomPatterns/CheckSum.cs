namespace Millrace.Guardrails.CustomPatterns;

/// <summary>A check that what a pattern found must pass.</summary>
public enum CheckSum
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The digits' last one is right, as of payment cards.</summary>
    Luhn,

    /// <summary>Letters and digits leave 1 when divided by 97, the first four at the end, as of account numbers.</summary>
    Mod97,

    /// <summary>The digits' last one is right by the group of a pentagon's turns.</summary>
    Verhoeff,
}

/// <summary>The checks.</summary>
internal static class CheckSums
{
    private const int DigitsMin = 2;
    private const int Mod97Prefix = 4;

    // Turning a pentagon by the first and then by the second: five turns, and five with a flip.
    private static readonly byte[] Turns = Table();
    private static readonly byte[] Shuffle = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

    /// <summary>Whether a text passes. Characters that are neither digits nor, for <c>mod97</c>, letters count for nothing.</summary>
    public static bool Passes(this CheckSum check, ReadOnlySpan<char> text) => check switch
    {
        CheckSum.Luhn => Luhn(Digits(text)),
        CheckSum.Mod97 => Mod97(text),
        CheckSum.Verhoeff => Verhoeff(Digits(text)),
        _ => true,
    };

    private static byte[] Digits(ReadOnlySpan<char> text)
    {
        List<byte> digits = [];
        foreach (var c in text)
            if (char.IsAsciiDigit(c)) digits.Add((byte)(c - '0'));
        return [.. digits];
    }

    private static bool Luhn(byte[] digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var value = (digits.Length - i) % 2 == 0 ? digits[i] * 2 : digits[i];
            sum += value > 9 ? value - 9 : value;
        }

        return digits.Length >= DigitsMin && sum % 10 == 0;
    }

    private static bool Mod97(ReadOnlySpan<char> text)
    {
        List<char> all = [];
        foreach (var c in text)
            if (char.IsAsciiLetterOrDigit(c)) all.Add(char.ToUpperInvariant(c));
        if (all.Count <= Mod97Prefix) return false;

        var rest = 0;
        foreach (var c in all.Skip(Mod97Prefix).Concat(all.Take(Mod97Prefix)))
            rest = char.IsAsciiDigit(c) ? ((rest * 10) + c - '0') % 97 : ((rest * 100) + c - 'A' + 10) % 97;
        return rest == 1;
    }

    private static bool Verhoeff(byte[] digits)
    {
        var turned = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)];
            for (var times = i % 8; times > 0; times--) digit = Shuffle[digit];
            turned = Turns[(turned * 10) + digit];
        }

        return digits.Length >= DigitsMin && turned == 0;
    }

    private static byte[] Table()
    {
        var table = new byte[100];
        for (var first = 0; first < 10; first++)
            for (var second = 0; second < 10; second++) table[(first * 10) + second] = (byte)Compose(first, second);
        return table;
    }

    private static int Compose(int first, int second)
    {
        var flips = (first < 5) != (second < 5);
        var turn = first < 5 ? first % 5 + second % 5 : first % 5 - second % 5 + 5;
        return turn % 5 + (flips ? 5 : 0);
    }
}
