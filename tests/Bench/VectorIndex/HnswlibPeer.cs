using System.Diagnostics;
using System.Runtime.InteropServices;
using Millrace.Bench.Harness;

namespace Millrace.Bench.VectorIndex;

/// <summary>hnswlib, compiled for this machine and called in this process.</summary>
internal sealed unsafe class HnswlibPeer : IPeer
{
    private readonly nint _library;
    private readonly nint _peer;
    private readonly Corpus _corpus;

    public HnswlibPeer(Corpus corpus, string folder)
    {
        _corpus = corpus;
        _library = NativeLibrary.Load(Compile(folder));
        var create = (delegate* unmanaged<nuint, nuint, nuint, nuint, nint>)NativeLibrary.GetExport(_library, "peer_create");
        var add = (delegate* unmanaged<nint, float*, nuint, nuint, nuint, void>)NativeLibrary.GetExport(_library, "peer_add");
        var start = Stopwatch.GetTimestamp();
        _peer = create((nuint)corpus.Dimension, (nuint)corpus.Count, Build.Links, Build.Breadth);
        fixed (float* vectors = corpus.Vectors) add(_peer, vectors, (nuint)corpus.Dimension, 0, (nuint)corpus.Count);
        BuildSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc/>
    public string Name => "hnswlib";

    /// <inheritdoc/>
    public double BuildSeconds { get; }

    /// <inheritdoc/>
    public double Search(int ef, long[] ids)
    {
        var search = (delegate* unmanaged<nint, float*, nuint, nuint, nuint, nuint, long*, void>)NativeLibrary.GetExport(
            _library, "peer_search");
        var start = Stopwatch.GetTimestamp();
        fixed (float* queries = _corpus.Queries)
        fixed (long* answers = ids)
            search(_peer, queries, (nuint)_corpus.Dimension, (nuint)_corpus.Asked, Corpus.Neighbours, (nuint)ef, answers);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ((delegate* unmanaged<nint, void>)NativeLibrary.GetExport(_library, "peer_free"))(_peer);
        NativeLibrary.Free(_library);
    }

    private static string Compile(string folder)
    {
        var library = Path.Combine(folder, "libhnswlib-peer.so");
        PeerPrograms.Run("g++", ["-O3", "-march=native", "-shared", "-fPIC", "-o", library, PeerPrograms.File("hnswlib.cpp")]);
        return File.Exists(library) ? library : throw new BenchException("g++ made no library.");
    }
}
