using System.Security.Cryptography;
using System.Text;

namespace Millrace.Inference.SavedPrefixes;

/// <summary>
/// What identifies a saved state. Everything that it depends on is part of it, the salt too: whoever gives another salt, model, adapter or
/// cache type has another name and finds nothing.
/// </summary>
internal readonly record struct PrefixId
{
    private PrefixId(string name) => Name = name;

    /// <summary>Name of its file: 64 hexadecimal digits.</summary>
    public string Name { get; }

    /// <summary>The identity of a state.</summary>
    /// <param name="computedBy">Model, adapter and form of the state.</param>
    /// <param name="salt">Opaque, for example a tenant.</param>
    /// <param name="key">The caller's own name for it.</param>
    public static PrefixId Of(string computedBy, string salt, string key)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in (ReadOnlySpan<string>)[computedBy, salt, key])
        {
            // Lengths come first, so that no two lists of parts are the same bytes.
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return new PrefixId(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
