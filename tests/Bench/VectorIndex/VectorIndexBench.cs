using Millrace.Bench.Harness;
using Millrace.VectorIndex;

namespace Millrace.Bench.VectorIndex;

/// <summary>Our vector index beside hnswlib and FAISS: the same vectors, links and breadth, one thread, turn by turn.</summary>
internal sealed class VectorIndexBench : IBench
{
    private const int Count = 100_000;
    private const int QuickCount = 10_000;
    private const int QuickDimension = 64;
    private const int QuickAsked = 200;
    private const double OpenSecondsMax = 1;

    private static readonly int[] Breadths = [10, 12, 16, 20, 24, 32, 48, 64, 96, 128];

    /// <inheritdoc/>
    public string Name => "vectorindex";

    /// <inheritdoc/>
    public string Summary => "queries/s of our vector index at equal recall, against hnswlib and FAISS";

    /// <inheritdoc/>
    public Task RunAsync(BenchRun run, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            foreach (var corpus in Corpora(run)) Measure(run, corpus, cancellationToken);
        },
        cancellationToken);

    private static IEnumerable<Corpus> Corpora(BenchRun run)
    {
        if (run.Options.Vectors.Length > 0) return [Corpus.Read(run.Options.Vectors)];
        if (run.Options.Quick) return [Corpus.Generate(QuickCount, QuickDimension, QuickAsked)];
        (string Name, Func<Corpus?> Make)[] all =
        [
            .. new[] { 384, 256 }.Select(dimension =>
                ($"{Count / 1_000}k x {dimension}", (Func<Corpus?>)(() => Corpus.Generate(Count, dimension)))),
            (RealEmbeddings.Name, () => Real(run)),
        ];
        return all.Where(one => one.Name.Contains(run.Options.Only, StringComparison.Ordinal)).Select(one => one.Make()).OfType<Corpus>();
    }

    private static Corpus? Real(BenchRun run)
    {
        if (RealEmbeddings.File(run) is { } file) return Corpus.Read(file);
        run.Add(BenchRow.NotMeasured(RealEmbeddings.Name, "queries/s", "../shared/data is missing"));
        return null;
    }

    private static void Measure(BenchRun run, Corpus corpus, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(run.Folder).FullName;
        List<IPeer> peers = [];
        try
        {
            foreach (var quantization in new[] { Quantization.None, Quantization.Int8 })
                peers.Add(Built(run, corpus, new MillracePeer(corpus, quantization, folder)));
            AddOthers(run, corpus, folder, peers);
            var curves = Curves(run, corpus, peers, cancellationToken);
            CurveFiles.Write(folder, $"vectorindex-{corpus.FileName}", corpus.Name, curves);
            foreach (var recall in new[] { 0.95, 0.99 }) Compare(run, corpus, recall, curves);
            foreach (var ours in peers.OfType<MillracePeer>()) TellRest(run, corpus, ours);
        }
        finally
        {
            foreach (var peer in peers) peer.Dispose();
        }
    }

    private static void AddOthers(BenchRun run, Corpus corpus, string folder, List<IPeer> peers)
    {
        foreach (var (name, build) in new (string, Func<IPeer>)[]
        {
            ("hnswlib", () => new HnswlibPeer(corpus, folder)),
            ("FAISS", () => new FaissPeer(corpus, folder)),
        })
        {
            var (peer, why) = run.Options.Peers ? PeerPrograms.TryBuild(build) : (null, "without peers");
            if (peer is not null) peers.Add(Built(run, corpus, peer));
            else run.Add(BenchRow.NotMeasured($"{corpus.Name}: against {name}", "queries/s", why!));
        }
    }

    private static IPeer Built(BenchRun run, Corpus corpus, IPeer peer)
    {
        run.Add(BenchRow.Of($"{corpus.Name}: {peer.Name}, vectors/s put in", new Samples(corpus.Count / peer.BuildSeconds), "vectors/s"));
        return peer;
    }

    private static List<Curve> Curves(BenchRun run, Corpus corpus, List<IPeer> peers, CancellationToken cancellationToken)
    {
        var rounds = run.Options.Quick ? 1 : 5;
        var ids = new long[corpus.Asked * Corpus.Neighbours];
        var points = peers.ToDictionary(peer => peer, _ => new List<CurvePoint>());
        foreach (var ef in Breadths)
        {
            run.Progress($"{corpus.Name}: ef {ef}");
            var rates = peers.ToDictionary(peer => peer, _ => new List<double>());
            for (var round = 0; round <= rounds; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var peer in round % 2 == 0 ? peers : Enumerable.Reverse(peers))
                {
                    var rate = corpus.Asked / peer.Search(ef, ids);
                    if (round > 0) rates[peer].Add(rate);
                    else points[peer].Add(new(ef, corpus.Recall(ids), new Samples(rate)));
                }
            }

            foreach (var peer in peers) points[peer][^1] = points[peer][^1] with { Rate = new Samples(rates[peer]) };
        }

        return [.. peers.Select(peer => new Curve(peer.Name, points[peer]))];
    }

    private static void Compare(BenchRun run, Corpus corpus, double recall, List<Curve> curves)
    {
        foreach (var ours in curves.Take(2))
        {
            var metric = FormattableString.Invariant($"{corpus.Name}: {ours.Name}, queries/s at recall {recall}");
            if (ours.At(recall) is not { } mine)
            {
                run.Add(BenchRow.NotMeasured(metric, "queries/s", FormattableString.Invariant($"recall stays below {recall}")));
                continue;
            }

            run.Add(BenchRow.Of(metric, mine, "queries/s"));
            foreach (var other in curves.Skip(2))
                if (other.At(recall) is { } its)
                    run.Add(BenchRow.Compare((metric, mine), "queries/s", (other.Name, its), TargetOf(ours.Name, other.Name)));
        }
    }

    private static Target? TargetOf(string ours, string other) =>
        other != "hnswlib" ? null : Target.AtLeast(ours == "int8" ? 2 : 1);

    private static void TellRest(BenchRun run, Corpus corpus, MillracePeer peer)
    {
        run.Add(BenchRow.Of($"{corpus.Name}: {peer.Name}, memory", new Samples(peer.MemoryBytes / (double)(1 << 20)), "MiB"));
        var seconds = new Samples(peer.Reopen());
        run.Add(BenchRow.Of($"{corpus.Name}: {peer.Name}, opened from a snapshot", seconds, "s", Target.AtMost(OpenSecondsMax)));
    }
}
