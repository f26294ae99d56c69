using System.Collections.Frozen;
using System.Security.Cryptography;
using Millrace.ApiKeys;

namespace Millrace.Edge.Keys;

/// <summary>What a presented key turned out to be.</summary>
internal enum KeyVerdict
{
    /// <summary>The key is good.</summary>
    Valid,

    /// <summary>There is no such key, its secret is wrong, or it was revoked: nobody is told which.</summary>
    Invalid,

    /// <summary>The secret is right, and the key has ended.</summary>
    Expired,
}

/// <summary>All keys at one moment.</summary>
internal sealed class KeySet
{
    // What a text is compared with whose id is not known, so that this takes the same steps as for one that is. No text has this hash.
    private static readonly Entry Nobody = new(null, new byte[SHA256.HashSizeInBytes]);

    private readonly FrozenDictionary<string, Entry> _entries;

    public KeySet(IReadOnlyList<ApiKey> keys) => _entries = keys
        .Where(key => key.Hash.Length == 2 * SHA256.HashSizeInBytes && key.Hash.All(char.IsAsciiHexDigit))
        .DistinctBy(key => key.Id)
        .ToFrozenDictionary(key => key.Id, key => new Entry(key, Convert.FromHexString(key.Hash)), StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    /// <summary>Judges the text of a key.</summary>
    /// <returns>The verdict, and the key when it is valid.</returns>
    public (KeyVerdict Verdict, ApiKey? Key) Judge(string text, DateTimeOffset now)
    {
        var entry = KeyText.TryReadId(text, out var id) && _entries.TryGetValue(id, out var known) ? known : Nobody;
        var isRight = CryptographicOperations.FixedTimeEquals(KeyText.Hash(text), entry.Hash);
        if (!isRight || entry.Key is not { Disabled: false } key) return (KeyVerdict.Invalid, null);
        return key.ExpiresAt <= now ? (KeyVerdict.Expired, null) : (KeyVerdict.Valid, key);
    }

    private sealed record Entry(ApiKey? Key, byte[] Hash);
}
