using System.Security.Cryptography;
using System.Text;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Pseudonyms;

/// <summary>
/// Makes names of texts that cannot be turned back: the same text of the same tenant always gets the same one, and nobody without the key
/// can try which text it was.
/// </summary>
internal sealed class TextHasher(ServiceKey key, string tenant)
{
    private const int Digits = 16;

    private readonly byte[] _key = key.Derive("hash", tenant);

    /// <summary>A text's name, such as <c>[EMAIL_3f9a1c0d2b7e4d10]</c>.</summary>
    public string Hash(string rule, ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        var hash = Convert.ToHexStringLower(HMACSHA256.HashData(_key, bytes));
        CryptographicOperations.ZeroMemory(bytes);
        return $"[{RuleNames.LabelOf(rule)}_{hash[..Digits]}]";
    }
}
