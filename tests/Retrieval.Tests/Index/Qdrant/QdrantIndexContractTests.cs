using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Tests.Index.Qdrant;

/// <summary>The index on a Qdrant server keeps what every index must.</summary>
public sealed class QdrantIndexContractTests : ChunkIndexContract
{
    private QdrantFixture _fixture = null!;

    public override async Task DisposeAsync() => await _fixture.DisposeAsync();

    private protected override async Task<IChunkIndex> CreateAsync()
    {
        _fixture = await QdrantFixture.StartAsync();
        return _fixture.Index;
    }

    private protected override Task<IChunkIndex> ReopenAsync() => Task.FromResult<IChunkIndex>(_fixture.NewIndex());
}
