using System.Security.Cryptography;
using System.Text;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Pseudonyms;

/// <summary>
/// Seals vaults into bytes that only this service reads (AES-256-GCM): a version, 12 bytes of nonce, 16 of tag, the rest. Tenant and
/// version are authenticated with it, so that no tenant can open another's.
/// </summary>
public sealed class PseudonymSealer(ServiceKey key)
{
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeadBytes = 1 + NonceBytes + TagBytes;
    private const string Param = "pseudonyms";

    /// <summary>Seals a vault.</summary>
    /// <returns>The bytes; none of an empty vault.</returns>
    public byte[] Seal(PseudonymVault vault, string tenant)
    {
        if (vault.Count == 0) return [];
        var plain = Write(vault);
        try
        {
            var blob = new byte[HeadBytes + plain.Length];
            blob[0] = Version;
            var nonce = blob.AsSpan(1, NonceBytes);
            RandomNumberGenerator.Fill(nonce);
            using var aes = Cipher(tenant);
            aes.Encrypt(nonce, plain, blob.AsSpan(HeadBytes), blob.AsSpan(1 + NonceBytes, TagBytes), Associated(tenant));
            return blob;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Opens what was sealed; an empty vault of no bytes.</summary>
    /// <exception cref="MillraceException">It was not sealed here, for this tenant, or was changed.</exception>
    public PseudonymVault Open(ReadOnlySpan<byte> blob, string tenant)
    {
        if (blob.IsEmpty) return new PseudonymVault();
        if (blob.Length <= HeadBytes || blob.Length > HeadBytes + PseudonymVault.BytesMax || blob[0] != Version) throw NotOurs();

        var plain = new byte[blob.Length - HeadBytes];
        try
        {
            using var aes = Cipher(tenant);
            aes.Decrypt(blob.Slice(1, NonceBytes), blob[HeadBytes..], blob.Slice(1 + NonceBytes, TagBytes), plain, Associated(tenant));
            return Read(plain);
        }
        catch (Exception error) when (error is CryptographicException or IOException or FormatException or DecoderFallbackException)
        {
            throw NotOurs();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static byte[] Write(PseudonymVault vault)
    {
        using var stream = new MemoryStream(vault.Bytes + sizeof(int));
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(vault.Count);
        foreach (var (name, text) in vault.Texts)
        {
            writer.Write(name);
            writer.Write(text);
        }

        writer.Flush();
        var plain = stream.ToArray();
        CryptographicOperations.ZeroMemory(stream.GetBuffer());
        return plain;
    }

    private static PseudonymVault Read(byte[] plain)
    {
        using var reader = new BinaryReader(new MemoryStream(plain, writable: false), Encoding.UTF8);
        var vault = new PseudonymVault();
        for (var left = reader.ReadInt32(); left > 0; left--)
            if (!vault.TryAdd(reader.ReadString(), reader.ReadString()))
                throw new FormatException("An entry is there twice, or too many are.");
        return vault;
    }

    private static byte[] Associated(string tenant) => Encoding.UTF8.GetBytes($"millrace.pseudonyms\n{Version}\n{tenant}");

    private static MillraceException NotOurs() => MillraceException.InvalidArgument(
        Param, "The pseudonyms were not sealed by this service for this tenant, or its key has changed. Send none, and begin anew.");

    private AesGcm Cipher(string tenant) => new(key.Derive("pseudonyms", tenant), TagBytes);
}
