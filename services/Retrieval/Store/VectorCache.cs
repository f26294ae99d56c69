using System.Collections.Concurrent;

namespace Millrace.Retrieval.Store;

/// <summary>
/// The vectors of the collections that were searched, in memory. Only the writer's lane changes it, so that its order of changes is the
/// database's; a collection that was not searched yet is not in it and is read from the database when it is.
/// </summary>
internal sealed class VectorCache
{
    private readonly ConcurrentDictionary<long, CollectionVectors> _collections = new();

    /// <summary>The vectors of a collection, read by <paramref name="load"/> at first.</summary>
    /// <param name="collection">The collection's row.</param>
    /// <param name="load">Reads all its vectors.</param>
    public CollectionVectors GetOrLoad(long collection, Action<CollectionVectors> load)
    {
        var vectors = _collections.GetOrAdd(collection, _ => new CollectionVectors());
        vectors.EnsureLoaded(load);
        return vectors;
    }

    /// <summary>Replaces the chunks of a document.</summary>
    public void Replace(long collection, long document, IReadOnlyList<long> chunks, IReadOnlyList<ReadOnlyMemory<float>> vectors)
    {
        if (_collections.TryGetValue(collection, out var known)) known.Replace(document, chunks, vectors);
    }

    /// <summary>Removes the chunks of a document.</summary>
    public void Remove(long collection, long document) => Replace(collection, document, [], []);

    /// <summary>Forgets a collection.</summary>
    public void Drop(long collection) => _collections.TryRemove(collection, out _);
}
