using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Millrace.Embedding.Caching;

/// <summary>What a vector is found by: a hash, so that no text is kept.</summary>
internal readonly record struct VectorKey(UInt128 High, UInt128 Low);

/// <summary>What keys of one call have in common.</summary>
internal sealed class KeyScope
{
    private readonly byte[] _scope;

    /// <summary>Creates a scope.</summary>
    /// <param name="tenant">Who may find the vectors; empty for everybody.</param>
    /// <param name="model">The model.</param>
    /// <param name="pooling">How it pools.</param>
    /// <param name="prefix">What goes in front of the texts.</param>
    public KeyScope(string tenant, string model, string pooling, string prefix)
    {
        // With the lengths, no two different scopes are the same text.
        string[] parts = [tenant, model, pooling, prefix];
        _scope = Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => $"{part.Length}:{part}")));
    }

    /// <summary>The key of a text.</summary>
    public VectorKey KeyOf(string text)
    {
        var length = _scope.Length + Encoding.UTF8.GetByteCount(text);
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            _scope.CopyTo(bytes, 0);
            Encoding.UTF8.GetBytes(text, bytes.AsSpan(_scope.Length));
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(bytes.AsSpan(0, length), hash);
            return MemoryMarshal.Read<VectorKey>(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        }
    }
}
