using System.Security.Cryptography;

namespace Millrace.Inference.SavedPrefixes;

/// <summary>
/// Tells files apart by their size and samples of their content: reading all of a model would take longer than computing a prompt.
/// </summary>
internal static class FileFingerprint
{
    private const int Samples = 16;
    private const int SampleBytes = 64 * 1024;

    /// <summary>The fingerprint of a file: 64 hexadecimal digits.</summary>
    public static string Of(string path)
    {
        using var file = File.OpenHandle(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = RandomAccess.GetLength(file);
        hash.AppendData(BitConverter.GetBytes(length));
        var buffer = new byte[SampleBytes];
        for (var i = 0; i < Samples; i++)
        {
            var offset = Math.Max(0, length - SampleBytes) * i / (Samples - 1);
            hash.AppendData(buffer.AsSpan(0, RandomAccess.Read(file, buffer, offset)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
