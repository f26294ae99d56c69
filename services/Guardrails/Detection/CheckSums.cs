namespace Millrace.Guardrails.Detection;

/// <summary>Check sums that several kinds of numbers share. Numbers are ASCII digits, letters in upper case.</summary>
internal static class CheckSums
{
    private const int Ninety7 = 97;

    // Verhoeff's scheme: the multiplication of the group of a pentagon's symmetries, and a permutation for each place from the right.
    private static readonly byte[][] Pentagon =
        [.. Enumerable.Range(0, 10).Select(a => Enumerable.Range(0, 10).Select(b => Turn(a, b)).ToArray())];

    private static readonly byte[][] Places = PlacesOf([1, 5, 7, 6, 2, 8, 3, 0, 9, 4]);

    /// <summary>Whether the last digit is right by Luhn's sum: every second digit from the right doubled.</summary>
    public static bool PassesLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var value = digits[i] - '0';
            if ((digits.Length - i) % 2 == 0) value = value > 4 ? (2 * value) - 9 : 2 * value;
            sum += value;
        }

        return sum % 10 == 0;
    }

    /// <summary>Whether the last digit is right by Verhoeff's scheme.</summary>
    public static bool PassesVerhoeff(ReadOnlySpan<char> digits)
    {
        byte sum = 0;
        for (var i = 0; i < digits.Length; i++) sum = Pentagon[sum][Places[i % 8][digits[^(i + 1)] - '0']];
        return sum == 0;
    }

    /// <summary>Whether the last digit is right by ISO 7064, mod 11, 10.</summary>
    public static bool PassesMod11And10(ReadOnlySpan<char> digits)
    {
        var product = 10;
        foreach (var digit in digits[..^1])
        {
            var sum = (digit - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (11 - product) % 10 == digits[^1] - '0';
    }

    /// <summary>The remainder by 97 of a number in which letters count as 10 to 35.</summary>
    public static int Mod97(ReadOnlySpan<char> number)
    {
        var remainder = 0;
        foreach (var c in number)
        {
            var value = ValueOf(c);
            remainder = ((remainder * (value > 9 ? 100 : 10)) + value) % Ninety7;
        }

        return remainder;
    }

    /// <summary>The sum of digits, each by its weight; as many as there are weights.</summary>
    public static int Weighted(ReadOnlySpan<char> digits, ReadOnlySpan<int> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++) sum += (digits[i] - '0') * weights[i];
        return sum;
    }

    /// <summary>The number that digits are; at most nine of them.</summary>
    public static int Number(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var digit in digits) value = (value * 10) + (digit - '0');
        return value;
    }

    /// <summary>Whether all characters are the same.</summary>
    public static bool IsOneDigit(ReadOnlySpan<char> digits) => !digits.ContainsAnyExcept(digits[0]);

    /// <summary>What a digit or a letter counts: 0 to 9, 10 to 35.</summary>
    public static int ValueOf(char c) => char.IsAsciiDigit(c) ? c - '0' : c - 'A' + 10;

    private static byte Turn(int a, int b)
    {
        var (isFlippedA, isFlippedB) = (a > 4, b > 4);
        var turned = isFlippedA ? ((a % 5) - (b % 5) + 5) % 5 : ((a % 5) + (b % 5)) % 5;
        return (byte)(turned + (isFlippedA != isFlippedB ? 5 : 0));
    }

    private static byte[][] PlacesOf(byte[] permutation)
    {
        byte[][] places = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], permutation, [], [], [], [], [], []];
        for (var i = 2; i < places.Length; i++) places[i] = [.. places[i - 1].Select(digit => permutation[digit])];
        return places;
    }
}
