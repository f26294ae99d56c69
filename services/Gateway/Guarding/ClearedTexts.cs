using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Millrace.Gateway.Guarding;

/// <summary>
/// Remembers texts of documents that a version of a policy let pass as they are, so that a passage that is shown every minute is not
/// checked every minute; what was only flagged in it is told once. Kept are hashes, never texts; tenants and policies share nothing. Safe
/// for use by several threads.
/// </summary>
public sealed class ClearedTexts(IOptions<GatewayOptions> options)
{
    private ConcurrentDictionary<UInt128, byte> _recent = new();
    private ConcurrentDictionary<UInt128, byte> _earlier = new();

    /// <summary>Names what a text is checked by.</summary>
    /// <param name="scope">Tenant, policy, its version and the direction.</param>
    /// <param name="text">The text.</param>
    /// <returns>The key; null when nothing may be remembered, because the version is not known.</returns>
    public UInt128? KeyOf(ClearanceScope scope, string text)
    {
        if (scope.PolicyVersion.Length == 0 || options.Value.ClearedTextsMax == 0) return null;
        var hash = new SHA256Hash();
        hash.Append(scope.Tenant);
        hash.Append(scope.Policy);
        hash.Append(scope.PolicyVersion);
        hash.Append(scope.IsOutput ? "out" : "in");
        hash.Append(text);
        return hash.Finish();
    }

    /// <summary>Whether a text passed.</summary>
    public bool Contains(UInt128? key)
    {
        if (key is not { } known) return false;
        if (_recent.ContainsKey(known)) return true;
        if (!_earlier.ContainsKey(known)) return false;
        Add(known);
        return true;
    }

    /// <summary>Remembers that a text passed. The least recently seen half goes when there are too many.</summary>
    public void Add(UInt128? key)
    {
        if (key is not { } known || !_recent.TryAdd(known, 0)) return;
        if (_recent.Count * 2 <= options.Value.ClearedTextsMax) return;
        _earlier = Interlocked.Exchange(ref _recent, new ConcurrentDictionary<UInt128, byte>());
    }

    /// <summary>Hashes parts so that none can pass for another by its border.</summary>
    private readonly struct SHA256Hash()
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Append(string part)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            _hash.AppendData(BitConverter.GetBytes(bytes.Length));
            _hash.AppendData(bytes);
        }

        public UInt128 Finish()
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            _hash.GetHashAndReset(digest);
            _hash.Dispose();
            return new UInt128(BitConverter.ToUInt64(digest), BitConverter.ToUInt64(digest[8..]));
        }
    }
}

/// <summary>What a text is checked by.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Policy">Name of the policy; empty for the default one.</param>
/// <param name="PolicyVersion">Its version; empty when it is not known.</param>
/// <param name="IsOutput">Whether the rules of output apply, rather than those of documents.</param>
public readonly record struct ClearanceScope(string Tenant, string Policy, string PolicyVersion, bool IsOutput);
