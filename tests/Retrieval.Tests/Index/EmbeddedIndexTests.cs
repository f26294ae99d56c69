using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Index;

/// <summary>The embedded index keeps the contract.</summary>
public class EmbeddedIndexTests : ChunkIndexContract
{
    private readonly TemporaryFolder _folder = new();
    private EmbeddedIndex? _opened;

    private protected virtual RetrievalOptions Options => new();

    public override Task DisposeAsync()
    {
        _opened?.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private protected override Task<IChunkIndex> CreateAsync() => ReopenAsync();

    private protected override Task<IChunkIndex> ReopenAsync()
    {
        _opened?.Dispose();
        _opened = new EmbeddedIndex(_folder.Path, Options, new RepairRequests(), NullLogger<EmbeddedIndex>.Instance);
        return Task.FromResult<IChunkIndex>(_opened);
    }
}

/// <summary>It keeps the contract with its vectors mapped from their files.</summary>
public sealed class MappedIndexTests : EmbeddedIndexTests
{
    private protected override RetrievalOptions Options => new() { EmbeddedIndex = { MapVectors = true } };
}
