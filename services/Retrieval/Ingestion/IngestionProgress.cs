using System.Collections.Concurrent;

namespace Millrace.Retrieval.Ingestion;

/// <summary>How far the documents are that are being worked on. It is not stored: after a restart they begin anew.</summary>
internal sealed class IngestionProgress
{
    private readonly ConcurrentDictionary<long, (int Done, int Total)> _documents = new();

    /// <summary>Chunks of a document that are embedded, and how many there are; zeros when it is not being worked on.</summary>
    public (int Done, int Total) Of(long document) => _documents.GetValueOrDefault(document);

    /// <summary>A document was cut, or some of its chunks embedded.</summary>
    public void Set(long document, int done, int total) => _documents[document] = (done, total);

    /// <summary>A document is not being worked on any more.</summary>
    public void End(long document) => _documents.TryRemove(document, out _);
}
