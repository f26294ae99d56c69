using System.Security.Cryptography;
using System.Text;

namespace Millrace.GuardTraining.Classification;

/// <summary>Checksum of a folder of data: a model says which data it was made from, and a test that it is still that.</summary>
internal static class DataChecksum
{
    /// <summary>SHA-256 over the names and contents of all text files, in order of name; a line end is one character.</summary>
    public static string Of(DirectoryInfo folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in folder.EnumerateFiles("*.txt").OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            var content = File.ReadAllText(file.FullName).ReplaceLineEndings("\n");
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name}\n{content}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
