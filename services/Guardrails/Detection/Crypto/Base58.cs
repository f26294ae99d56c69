using System.Security.Cryptography;

namespace Millrace.Guardrails.Detection.Crypto;

/// <summary>Addresses in base 58 with a check sum of four bytes: a version byte, twenty bytes, the start of their double SHA-256.</summary>
internal static class Base58
{
    /// <summary>Digits of most chains.</summary>
    public const string Common = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>Digits of the XRP ledger.</summary>
    public const string Ripple = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

    private const int Bytes = 25;
    private const int CheckBytes = 4;

    /// <summary>The version byte of an address whose check sum is right; -1 for anything else.</summary>
    public static int VersionOf(ReadOnlySpan<char> address, string digits)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        foreach (var c in address)
        {
            var carry = digits.IndexOf(c, StringComparison.Ordinal);
            if (carry < 0 || !TryAppend(bytes, carry)) return -1;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..^CheckBytes], hash);
        SHA256.HashData(hash, hash);
        return hash[..CheckBytes].SequenceEqual(bytes[^CheckBytes..]) ? bytes[0] : -1;
    }

    private static bool TryAppend(Span<byte> bytes, int carry)
    {
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            carry += bytes[i] * 58;
            bytes[i] = (byte)carry;
            carry >>= 8;
        }

        return carry == 0;
    }
}
