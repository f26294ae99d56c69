using System.Runtime.InteropServices;
using Millrace.Bench.Embedding;
using Millrace.Bench.Harness;
using Millrace.TestShared;

namespace Millrace.Bench.VectorIndex;

/// <summary>The vectors that the built-in encoder gives the shipped texts, in a file that is made once.</summary>
internal static class RealEmbeddings
{
    /// <summary>What results call them.</summary>
    public const string Name = "embeddings of the shipped texts";

    // A passage has at most a token for each of its characters.
    private const int BatchTexts = 16;
    private const int BatchTokens = 8192;
    private const int Seed = 11;

    /// <summary>The file, in the fvecs format, in an order of chance, so that the last are like the others; null without texts.</summary>
    public static string? File(BenchRun run)
    {
        var path = Path.Combine(run.Folder, $"{Name}.fvecs");
        if (System.IO.File.Exists(path)) return path;
        var texts = ShippedTexts.Passages().ToArray();
        if (texts.Length == 0) return null;
        new Random(Seed).Shuffle(texts);
        run.Progress($"embedding {texts.Length} passages, once");
        using var encoder = new BareEncoder(Path.Combine(RepoPaths.Models, "tiny-embed.gguf"), BatchTexts, BatchTokens);
        Write(path, encoder.Vectors(texts, BatchTexts));
        return path;
    }

    // Beside its name until it is whole, so that a run that is stopped leaves nothing that looks finished.
    private static void Write(string path, IEnumerable<float[]> vectors)
    {
        using (var file = System.IO.File.Create(path + ".part"))
        {
            foreach (var vector in vectors)
            {
                file.Write(BitConverter.GetBytes(vector.Length));
                file.Write(MemoryMarshal.AsBytes(vector.AsSpan()));
            }
        }

        System.IO.File.Move(path + ".part", path);
    }
}
