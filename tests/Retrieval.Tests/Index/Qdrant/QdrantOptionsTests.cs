using Millrace.Retrieval.Index.Qdrant;

namespace Millrace.Retrieval.Tests.Index.Qdrant;

/// <summary>Settings that cannot be meant are refused, each with its remedy.</summary>
public sealed class QdrantOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreValid() => Assert.Empty(new QdrantOptions().Validate());

    [Fact]
    public void Validate_EverySettingOutOfItsRange_IsNamedWithTheRemedy()
    {
        var options = new QdrantOptions
        {
            Endpoint = new Uri("ftp://host"), CollectionPrefix = "a/b", CallTimeout = TimeSpan.Zero, AttemptsMax = 0,
            RetryDelay = TimeSpan.FromSeconds(3), RetryDelayMax = TimeSpan.FromSeconds(1), ConcurrentCallsMax = 0, WaitingCallsMax = -1,
            BatchPointsMax = 0, BatchBytesMax = 1, IdsPerCall = 0, IndexedKeys = new() { ["k"] = (QdrantKeyKind)9 },
        };
        options.Storage.Replicas = 2;
        options.Storage.WriteConfirmations = 3;
        options.Storage.Shards = 0;
        options.Graph.Links = 1;
        options.Graph.BuildCandidates = 1;
        options.Graph.SearchCandidates = 0;
        options.Graph.Quantization = (QdrantQuantization)9;
        options.Graph.Oversampling = double.NaN;
        options.Words.Saturation = -1;
        options.Words.LengthWeight = 2;
        options.Words.WordsPerChunk = 0;

        var errors = options.Validate().ToList();

        Assert.Equal(21, errors.Count);
        Assert.All(errors, error => Assert.Contains(". Set it to ", error, StringComparison.Ordinal));
        Assert.Equal(21, errors.Select(error => error.Split(' ')[0]).Distinct().Count());
    }
}
