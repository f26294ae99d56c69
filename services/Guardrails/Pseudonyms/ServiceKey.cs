using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Telemetry;

namespace Millrace.Guardrails.Pseudonyms;

/// <summary>
/// The key of the service, from which one is derived for each purpose and tenant. Without one in the settings it is random, and what was
/// sealed before a restart, or by another process, cannot be read. Read once, at start.
/// </summary>
public sealed class ServiceKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Bytes = 32;

    private const int FileCharsMax = 1_024;

    private readonly byte[] _key;

    /// <summary>Reads the key, or makes one.</summary>
    public ServiceKey(IOptions<GuardrailsOptions> options, ILogger<ServiceKey> logger)
        : this(Read(options.Value.PseudonymKey, options.Value.PseudonymKeyFile) ?? RandomNumberGenerator.GetBytes(Bytes))
    {
        IsRandom = options.Value.PseudonymKey.Length == 0 && options.Value.PseudonymKeyFile.Length == 0;
        if (IsRandom) GuardrailsLog.KeyIsRandom(logger);
    }

    /// <summary>Takes a key.</summary>
    internal ServiceKey(byte[] key) => _key = key;

    /// <summary>Whether it ends with the process.</summary>
    public bool IsRandom { get; }

    /// <summary>What is wrong with settings of a key; null when nothing is.</summary>
    public static string? Problem(string key, string file)
    {
        if (key.Length > 0 && file.Length > 0) return "PseudonymKey and PseudonymKeyFile are both set. Leave one of them.";
        try
        {
            return Read(key, file) is null or { Length: Bytes }
                ? null : $"The pseudonym key is not {Bytes} bytes long. Make one with `openssl rand -base64 {Bytes}`.";
        }
        catch (FormatException)
        {
            return $"The pseudonym key is not base64. Make one with `openssl rand -base64 {Bytes}`.";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"PseudonymKeyFile '{file}' cannot be read ({error.Message}). Repair it, or set PseudonymKey.";
        }
    }

    /// <summary>A key of 32 bytes for one purpose of one tenant.</summary>
    public byte[] Derive(string purpose, string tenant) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Bytes, info: Encoding.UTF8.GetBytes($"millrace.guardrails\n{purpose}\n{tenant}"));

    private static byte[]? Read(string key, string file)
    {
        if (file.Length > 0) return Convert.FromBase64String(ReadFile(file).Trim());
        return key.Length > 0 ? Convert.FromBase64String(key.Trim()) : null;
    }

    private static string ReadFile(string path)
    {
        using var reader = new StreamReader(path);
        var text = new char[FileCharsMax];
        return new string(text, 0, reader.ReadBlock(text));
    }
}
