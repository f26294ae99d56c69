using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded.Words;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Index.Words;

/// <summary>Searches run while documents come and go.</summary>
public sealed class WordIndexConcurrencyTests
{
    private const int Documents = 1_500;
    private const int ChunksPerDocument = 3;
    private const int DocumentsKept = 8;

    [Fact]
    public async Task Search_WhileDocumentsComeAndGo_SeesWholeDocumentsAndNoneThatIsGone()
    {
        using var index = new WordIndex(new FieldWeights(1, 1, 1), []);
        var (removed, done) = (-1L, false);
        var searched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
            {
                var gone = Volatile.Read(ref removed);
                var found = index.Search(["mill", "race", "mill race"], 1_000, () => null, CancellationToken.None).Chunks;
                var documents = found.GroupBy(chunk => chunk.Chunk / ChunksPerDocument).ToList();
                Assert.All(documents, document => Assert.Equal(ChunksPerDocument, document.Count()));
                Assert.All(documents, document => Assert.True(document.Key > gone, $"Document {document.Key} was removed."));
                searched.TrySetResult();
            }
        })).ToArray();

        for (long document = 0; document < Documents; document++)
        {
            index.Put([.. ChunksOf(document).Select(chunk => (chunk, ChunkStems.Of(new ChunkWords($"d{chunk}", "", "the mill race"))))]);
            if (document < DocumentsKept) continue;
            index.Remove([.. ChunksOf(document - DocumentsKept)]);
            Volatile.Write(ref removed, document - DocumentsKept);
            if (document == Documents / 2) await Task.WhenAny(searched.Task, Task.WhenAll(readers)).DefaultTimeout();
        }

        Volatile.Write(ref done, true);
        await Task.WhenAll(readers).DefaultTimeout();
        Assert.Equal(DocumentsKept * ChunksPerDocument, index.Count);
    }

    private static IEnumerable<long> ChunksOf(long document) =>
        Enumerable.Range(0, ChunksPerDocument).Select(i => (document * ChunksPerDocument) + i);
}
