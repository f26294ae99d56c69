using Millrace.Retrieval.Encoders;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>Vectors of descriptions, kept for the searches to come: at most so many, and those that were not asked for longest go first.
/// A description that changes is another text, so nothing here is ever out of date.</summary>
/// <param name="countMax">Most vectors to keep, at least 1.</param>
internal sealed class DescriptionVectors(int countMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, LinkedListNode<(Key Key, ReadOnlyMemory<float> Vector)>> _byKey = [];
    private readonly LinkedList<(Key Key, ReadOnlyMemory<float> Vector)> _latestFirst = [];

    /// <summary>Vectors that are kept now.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _byKey.Count;
        }
    }

    /// <summary>The vectors of texts; those that are not kept are embedded in one call.</summary>
    /// <exception cref="MillraceException">They cannot be embedded.</exception>
    public async Task<IReadOnlyDictionary<string, ReadOnlyMemory<float>>> OfAsync(
        IEncoder encoder, EncoderChoice model, IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        var vectors = new Dictionary<string, ReadOnlyMemory<float>>();
        List<string> missing = [];
        foreach (var text in texts.Distinct(StringComparer.Ordinal))
        {
            if (Find(new Key(model, text)) is { } known) vectors[text] = known;
            else missing.Add(text);
        }

        if (missing.Count == 0) return vectors;
        var embeddings = await encoder.EmbedAsync(model, missing, TextPurpose.Passage, cancellationToken);
        for (var i = 0; i < missing.Count; i++)
        {
            // A copy, so that one vector does not keep those of its whole call in memory.
            vectors[missing[i]] = embeddings[i].ToArray();
            Keep(new Key(model, missing[i]), vectors[missing[i]]);
        }

        return vectors;
    }

    private ReadOnlyMemory<float>? Find(Key key)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out var node)) return null;
            _latestFirst.Remove(node);
            _latestFirst.AddFirst(node);
            return node.Value.Vector;
        }
    }

    private void Keep(Key key, ReadOnlyMemory<float> vector)
    {
        lock (_lock)
        {
            if (_byKey.ContainsKey(key)) return;
            _byKey[key] = _latestFirst.AddFirst((key, vector));
            if (_byKey.Count <= countMax) return;
            _byKey.Remove(_latestFirst.Last!.Value.Key);
            _latestFirst.RemoveLast();
        }
    }

    private readonly record struct Key(EncoderChoice Model, string Text);
}
