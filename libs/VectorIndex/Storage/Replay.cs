using System.Runtime.InteropServices;
using Millrace.VectorIndex.Graph;

namespace Millrace.VectorIndex.Storage;

/// <summary>Makes the writes of a log in memory. Single ones are gathered, so that many threads can link them.</summary>
/// <param name="engine">Where.</param>
internal sealed class Replay(IEngine engine)
{
    private readonly List<long> _ids = [];
    private readonly List<float> _vectors = [];
    private readonly HashSet<long> _gathered = [];

    /// <summary>Takes a write.</summary>
    public void Add(in LogRecord record)
    {
        if (record.IsDeletion)
        {
            Finish();
            engine.Remove(record.Ids);
            return;
        }

        if (_ids.Count + record.Ids.Length > LogRecord.IdsMax || _gathered.Overlaps(record.Ids.ToArray())) Finish();
        foreach (var id in record.Ids) _gathered.Add(id);
        _ids.AddRange(record.Ids);
        _vectors.AddRange(record.Vectors);
    }

    /// <summary>Makes what was gathered.</summary>
    public void Finish()
    {
        if (_ids.Count > 0) engine.Put(CollectionsMarshal.AsSpan(_ids), CollectionsMarshal.AsSpan(_vectors));
        _ids.Clear();
        _vectors.Clear();
        _gathered.Clear();
    }
}
