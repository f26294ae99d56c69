namespace Millrace.Guardrails.Detection.Crypto;

/// <summary>Addresses in base 32 behind a readable part, with a check sum of six characters; both kinds (BIP 173 and BIP 350).</summary>
internal static class Bech32
{
    private const string Digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const uint Remainder = 1;
    private const uint RemainderOfLater = 0x2BC830A3;
    private const int CheckChars = 6;

    private static readonly uint[] Generator = [0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3];

    /// <summary>Whether the check sum is right. All letters are in lower case.</summary>
    /// <param name="prefix">The readable part.</param>
    /// <param name="data">What follows its <c>1</c>.</param>
    public static bool IsValid(string prefix, ReadOnlySpan<char> data)
    {
        if (data.Length < CheckChars) return false;

        var sum = 1u;
        foreach (var c in prefix) sum = Next(sum, (uint)c >> 5);
        sum = Next(sum, 0);
        foreach (var c in prefix) sum = Next(sum, (uint)c & 31);
        foreach (var c in data)
        {
            var value = Digits.IndexOf(c, StringComparison.Ordinal);
            if (value < 0) return false;
            sum = Next(sum, (uint)value);
        }

        return sum is Remainder or RemainderOfLater;
    }

    private static uint Next(uint sum, uint value)
    {
        var top = sum >> 25;
        sum = ((sum & 0x1FFFFFF) << 5) ^ value;
        for (var i = 0; i < Generator.Length; i++)
            if (((top >> i) & 1) != 0) sum ^= Generator[i];
        return sum;
    }
}
