using Millrace.VectorIndex.Filtering;

namespace Millrace.VectorIndex.Tests;

/// <summary>
/// The promise: nine and a half in ten of the ten nearest, on clustered vectors, with the usual settings, whatever a filter passes; also
/// when all that it passes is far from the query. One index for all cases, of either quantization.
/// </summary>
public sealed class RecallTests
{
    private const int Count = 20_000;
    private const int Dimension = 64;
    private const int Clusters = 100;
    private const int Queries = 100;
    private const int Neighbours = 10;
    private const double Promise = 0.95;

    private static readonly Lazy<Corpus> Plain = new(() => new Corpus(Quantization.None));
    private static readonly Lazy<Corpus> Coded = new(() => new Corpus(Quantization.Int8));

    public static TheoryData<Quantization, double> Shares
    {
        get
        {
            var shares = new TheoryData<Quantization, double>();
            foreach (var quantization in Enum.GetValues<Quantization>())
                foreach (var share in new[] { 0.9, 0.5, 0.2, 0.1, 0.01, 0.001 }) shares.Add(quantization, share);
            return shares;
        }
    }

    [Theory]
    [InlineData(Quantization.None)]
    [InlineData(Quantization.Int8)]
    public void Search_WithoutFilter_KeepsThePromise(Quantization quantization)
    {
        var corpus = Of(quantization);

        AssertKept(corpus.Recall(_ => null, _ => true));
        Assert.Equal([SearchPlan.Graph], corpus.PlansTaken);
    }

    [Theory]
    [MemberData(nameof(Shares))]
    public void Search_FilterAtRandom_KeepsThePromise(Quantization quantization, double share)
    {
        var ids = Enumerable.Range(0, Count).Select(id => (long)id).Where(id => Passes(id, share)).ToArray();
        var set = IdSet.Of(ids);

        AssertKept(Of(quantization).Recall(_ => set, set.Passes));
        AssertKept(Of(quantization).Recall(_ => new IdPredicate(set.Passes), set.Passes));
    }

    [Theory]
    [MemberData(nameof(Shares))]
    public void Search_FilterFarFromTheQuery_KeepsThePromise(Quantization quantization, double share)
    {
        var corpus = Of(quantization);
        var filters = corpus.ClustersByDistance(furthestFirst: true, share);

        AssertKept(corpus.Recall(query => filters[query], id => true, filters));
    }

    [Theory]
    [MemberData(nameof(Shares))]
    public void Search_FilterAroundTheQuery_KeepsThePromise(Quantization quantization, double share)
    {
        var corpus = Of(quantization);
        var filters = corpus.ClustersByDistance(furthestFirst: false, share);

        AssertKept(corpus.Recall(query => filters[query], id => true, filters));
    }

    [Fact]
    public void Search_FilterThatPassesLittle_ComparesNoMoreThanPasses()
    {
        var set = IdSet.Of(Enumerable.Range(0, 200).Select(i => i * 100L));
        Plain.Value.Index.Search(Plain.Value.QueryAt(0), Neighbours, new VectorHit[10], new() { Filter = set }, out var explanation);

        Assert.Equal(new SearchExplanation(SearchPlan.Scan, 200, 0, 200), explanation);
    }

    [Fact]
    public void Search_FilterThatPassesMuch_WalksAndSaysHowFar()
    {
        var filter = new IdPredicate(id => id % 2 == 0, Count / 2);
        Plain.Value.Index.Search(Plain.Value.QueryAt(0), Neighbours, new VectorHit[10], new() { Filter = filter }, out var explanation);

        Assert.Equal(SearchPlan.FilteredGraph, explanation.Plan);
        Assert.InRange(explanation.Compared, Neighbours, Count / 4);
        Assert.Equal(Count / 2, explanation.Passing);
    }

    [Fact]
    public void Search_AfterManyDeletesAndNewVectors_KeepsThePromise()
    {
        var corpus = new Corpus(Quantization.None);
        var deleted = Enumerable.Range(0, Count).Select(id => (long)id).Where(id => Passes(id, 0.6)).ToArray();
        foreach (var part in deleted.Chunk(500)) corpus.Delete(part);
        AssertKept(corpus.Recall(_ => null, _ => true));

        corpus.PutBack(deleted);
        AssertKept(corpus.Recall(_ => null, _ => true));
        Assert.Equal(Count, corpus.Index.Count);
    }

    private static void AssertKept(double recall) => Assert.True(recall >= Promise, $"recall@{Neighbours} is {recall:0.000}");

    private static Corpus Of(Quantization quantization) => quantization == Quantization.None ? Plain.Value : Coded.Value;

    private static bool Passes(long id, double share) => (ulong)id * 0x9E3779B97F4A7C15 < share * ulong.MaxValue;

    /// <summary>Clustered vectors, an index of them, and queries near them.</summary>
    private sealed class Corpus
    {
        private readonly Dictionary<long, float[]> _vectors = [];
        private readonly Dictionary<long, float[]> _deleted = [];
        private readonly float[][] _centres;
        private readonly float[][] _queries;
        private readonly HashSet<SearchPlan> _plans = [];

        // All ids by their distance from each query, so that what is nearest under a filter is read off.
        private readonly long[][] _order;

        public Corpus(Quantization quantization)
        {
            var source = new TestVectors(Dimension, seed: 3);
            _centres = source.Take(Clusters);
            for (var id = 0; id < Count; id++) _vectors[id] = source.Next(_centres[id % Clusters], 0.4);
            _queries = [.. Enumerable.Range(0, Queries).Select(i => source.Next(_centres[i % Clusters], 0.4))];
            _order = [.. _queries.Select(Order)];
            Index = VectorIndex.CreateInMemory(new() { Dimension = Dimension, Quantization = quantization });
            Index.UpsertBatch(_vectors.Keys.ToArray(), _vectors.Values.SelectMany(vector => vector).ToArray());
        }

        public VectorIndex Index { get; }

        public IReadOnlyCollection<SearchPlan> PlansTaken => _plans;

        public float[] QueryAt(int index) => _queries[index];

        public void Delete(long[] ids)
        {
            Assert.Equal(ids.Length, Index.DeleteBatch(ids));
            foreach (var id in ids)
            {
                Assert.True(_vectors.Remove(id, out var vector));
                _deleted[id] = vector;
            }
        }

        public void PutBack(long[] ids)
        {
            Index.UpsertBatch(ids, ids.SelectMany(id => _deleted[id]).ToArray());
            foreach (var id in ids) _vectors[id] = _deleted[id];
        }

        private long[] Order(float[] query)
        {
            var ids = _vectors.Keys.ToArray();
            Array.Sort(ids.Select(id => -TestVectors.Score(_vectors[id], query, Metric.Cosine)).ToArray(), ids);
            return ids;
        }

        /// <summary>For each query, the vectors of the clusters nearest to it or furthest from it, as many as the share asks for.</summary>
        public IdSet[] ClustersByDistance(bool furthestFirst, double share) =>
        [
            .. _queries.Select(query =>
            {
                var order = Enumerable.Range(0, Clusters).OrderBy(i => TestVectors.Score(query, _centres[i], Metric.Cosine)).ToList();
                if (!furthestFirst) order.Reverse();
                var rank = order.Select((cluster, place) => (cluster, place)).ToDictionary(e => e.cluster, e => e.place);
                return IdSet.Of(_vectors.Keys.OrderBy(id => rank[(int)(id % Clusters)]).Take((int)(Count * share)));
            }),
        ];

        public double Recall(Func<int, IVectorFilter?> filterOf, Func<long, bool> passes, IdSet[]? sets = null)
        {
            _plans.Clear();
            var hits = new VectorHit[Neighbours];
            var (found, wanted) = (0, 0);
            for (var i = 0; i < Queries; i++)
            {
                var set = sets?[i];
                var nearest = _order[i].Where(id => _vectors.ContainsKey(id) && (set?.Passes(id) ?? passes(id))).Take(Neighbours).ToList();
                var count = Index.Search(_queries[i], Neighbours, hits, new() { Filter = filterOf(i) }, out var explanation);
                _plans.Add(explanation.Plan);
                Assert.Equal(nearest.Count, count);
                found += hits[..count].Count(hit => nearest.Contains(hit.Id));
                wanted += nearest.Count;
            }

            return (double)found / wanted;
        }
    }
}
