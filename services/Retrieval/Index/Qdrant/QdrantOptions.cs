using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>Section <c>Retrieval:Qdrant</c>: the server, how it is called, and how its collections are made. What a collection is made with
/// holds for those that are made from then on.</summary>
public sealed class QdrantOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Retrieval:Qdrant";

    /// <summary>The server's gRPC address, such as <c>https://vectors.example:6334</c>; <c>ConnectionStrings:qdrant</c> goes before
    /// it.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The server's API key; that of <c>ConnectionStrings:qdrant</c> goes before it.</summary>
    public string? Key { get; set; }

    /// <summary>What the names of all collections begin with; two installations on one server need two.</summary>
    /// <value>Default <c>millrace</c>.</value>
    public string CollectionPrefix { get; set; } = "millrace";

    /// <summary>Time that one attempt of a call may take.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a call is sent at most. Every call may be repeated without harm.</summary>
    /// <value>Default 4.</value>
    public int AttemptsMax { get; set; } = 4;

    /// <summary>Time until the second attempt; it doubles with each, and up to half of it is left out at random.</summary>
    /// <value>Default 100 ms.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time between two attempts.</summary>
    /// <value>Default 2 seconds.</value>
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Calls that run at the same time.</summary>
    /// <value>Default 32.</value>
    public int ConcurrentCallsMax { get; set; } = 32;

    /// <summary>Calls that wait for their turn; more are refused.</summary>
    /// <value>Default 1,024.</value>
    public int WaitingCallsMax { get; set; } = 1_024;

    /// <summary>Most points that are written by one call.</summary>
    /// <value>Default 256.</value>
    public int BatchPointsMax { get; set; } = 256;

    /// <summary>Most bytes that are written by one call; a larger point goes alone.</summary>
    /// <value>Default 4 MiB.</value>
    public int BatchBytesMax { get; set; } = 4 * 1024 * 1024;

    /// <summary>Ids that are read or deleted by one call.</summary>
    /// <value>Default 5,000.</value>
    public int IdsPerCall { get; set; } = 5_000;

    /// <summary>Where copies are, and what stays on disk.</summary>
    public QdrantStorageOptions Storage { get; set; } = new();

    /// <summary>The graph of the dense vectors.</summary>
    public QdrantGraphOptions Graph { get; set; } = new();

    /// <summary>How words become vectors.</summary>
    public Bm25.Bm25Options Words { get; set; } = new();

    /// <summary>Metadata keys whose values get an index, by the kind of their values, such as <c>year: number</c>. Filters work on every
    /// key; on these they are fast.</summary>
    public Dictionary<string, QdrantKeyKind> IndexedKeys { get; set; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<string> Validate() =>
        [.. CallErrors(), .. BatchErrors(), .. NameErrors(), .. Storage.Validate(), .. Graph.Validate(), .. Words.Validate()];

    private IEnumerable<string> CallErrors()
    {
        if (CallTimeout <= TimeSpan.Zero) yield return $"CallTimeout is {CallTimeout}. Set it to more than 0.";
        if (AttemptsMax is < 1 or > 20) yield return $"AttemptsMax is {AttemptsMax}. Set it to 1 to 20.";
        if (RetryDelay <= TimeSpan.Zero) yield return $"RetryDelay is {RetryDelay}. Set it to more than 0.";
        if (RetryDelayMax < RetryDelay) yield return $"RetryDelayMax is {RetryDelayMax}. Set it to RetryDelay ({RetryDelay}) or more.";
        if (ConcurrentCallsMax is < 1 or > 1_000) yield return $"ConcurrentCallsMax is {ConcurrentCallsMax}. Set it to 1 to 1,000.";
        if (WaitingCallsMax < 0) yield return $"WaitingCallsMax is {WaitingCallsMax}. Set it to 0 or more.";
    }

    private IEnumerable<string> BatchErrors()
    {
        const int BytesMax = 32 * 1024 * 1024;
        if (BatchPointsMax is < 1 or > 10_000) yield return $"BatchPointsMax is {BatchPointsMax}. Set it to 1 to 10,000.";
        if (BatchBytesMax is < 1_024 or > BytesMax) yield return $"BatchBytesMax is {BatchBytesMax}. Set it to 1,024 to {BytesMax}.";
        if (IdsPerCall is < 1 or > 100_000) yield return $"IdsPerCall is {IdsPerCall}. Set it to 1 to 100,000.";
    }

    private IEnumerable<string> NameErrors()
    {
        const int PrefixCharsMax = 64;
        const int IndexedKeysMax = 64;
        if (CollectionPrefix.Length is 0 or > PrefixCharsMax || !CollectionPrefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            yield return $"CollectionPrefix is '{CollectionPrefix}'. Set it to 1 to {PrefixCharsMax} letters, digits, _ or -.";
        if (Endpoint is { } address && (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")))
            yield return $"Endpoint is '{address}'. Set it to an address such as https://vectors.example:6334.";
        if (IndexedKeys.Count > IndexedKeysMax) yield return $"IndexedKeys has {IndexedKeys.Count} keys. Leave {IndexedKeysMax} at most.";
        foreach (var (key, kind) in IndexedKeys)
            if (!Enum.IsDefined(kind)) yield return $"IndexedKeys:{key} is {kind}. Set it to text, number, boolean or instant.";
    }
}

/// <summary>Kind of a metadata key's values.</summary>
public enum QdrantKeyKind
{
    /// <summary>Texts, compared whole.</summary>
    Text,

    /// <summary>Numbers.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>Date-times such as <c>2026-03-01T12:00:00Z</c>.</summary>
    Instant,
}
