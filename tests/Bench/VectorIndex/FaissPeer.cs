using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Millrace.Bench.Harness;

namespace Millrace.Bench.VectorIndex;

/// <summary>FAISS in a process of its own, which keeps its own time.</summary>
internal sealed class FaissPeer : IPeer
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;
    private readonly Corpus _corpus;
    private readonly string _answers;

    public FaissPeer(Corpus corpus, string folder)
    {
        _corpus = corpus;
        _answers = Path.Combine(folder, "faiss-answers.bin");
        var (vectors, queries) = (Path.Combine(folder, "faiss-vectors.bin"), Path.Combine(folder, "faiss-queries.bin"));
        Write(vectors, corpus.Vectors);
        Write(queries, corpus.Queries);
        int[] numbers = [corpus.Dimension, Build.Links, Build.Breadth, Corpus.Neighbours];
        var arguments = numbers.Select(number => number.ToString(CultureInfo.InvariantCulture));
        _process = Process.Start(new ProcessStartInfo(
            Python, [PeerPrograms.File("faiss_peer.py"), vectors, queries, .. arguments, _answers])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        BuildSeconds = Answer();
        File.Delete(vectors);
        File.Delete(queries);
    }

    /// <inheritdoc/>
    public string Name => "FAISS";

    /// <inheritdoc/>
    public double BuildSeconds { get; }

    /// <inheritdoc/>
    public double Search(int ef, long[] ids)
    {
        _process.StandardInput.WriteLine(ef.ToString(CultureInfo.InvariantCulture));
        _process.StandardInput.Flush();
        var seconds = Answer();
        MemoryMarshal.Cast<byte, long>(File.ReadAllBytes(_answers)).CopyTo(ids);
        return seconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_answers);
    }

    private static void Write(string path, float[] numbers) => File.WriteAllBytes(path, MemoryMarshal.AsBytes(numbers.AsSpan()));

    private double Answer() => _process.StandardOutput.ReadLine() is { } line
        ? double.Parse(line, CultureInfo.InvariantCulture)
        : throw new BenchException("FAISS's process ended.");
}
