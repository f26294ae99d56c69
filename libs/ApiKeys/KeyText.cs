using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Millrace.ApiKeys;

/// <summary>
/// The text of a key: <c>mr-ID-SECRET</c>, with 8 letters and digits that are public and 32 that are not. The secret has 190 bits from the
/// system's random source, so that its fast hash tells nothing to who steals the file: what makes slow hashes necessary for passwords, that
/// they can be guessed, does not hold for it.
/// </summary>
public static class KeyText
{
    /// <summary>Characters of the public part.</summary>
    public const int IdChars = 8;

    /// <summary>Characters of the secret part.</summary>
    public const int SecretChars = 32;

    private const string Prefix = "mr-";
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int IdEnd = 3 + IdChars;
    private const int Length = IdEnd + 1 + SecretChars;
    private static readonly SearchValues<char> Allowed = SearchValues.Create(Alphabet);

    /// <summary>A new key's text.</summary>
    public static string Create() =>
        $"{Prefix}{RandomNumberGenerator.GetString(Alphabet, IdChars)}-{RandomNumberGenerator.GetString(Alphabet, SecretChars)}";

    /// <summary>The public part of a text that has the form of a key.</summary>
    public static bool TryReadId(string text, [NotNullWhen(true)] out string? id)
    {
        id = IsKey(text) ? text[Prefix.Length..IdEnd] : null;
        return id is not null;
    }

    /// <summary>The hash of a text, 32 bytes.</summary>
    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static bool IsKey(string text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text[IdEnd] == '-'
        && !text.AsSpan(Prefix.Length, IdChars).ContainsAnyExcept(Allowed)
        && !text.AsSpan(IdEnd + 1).ContainsAnyExcept(Allowed);
}
