namespace Millrace.Retrieval.Index.Embedded;

/// <summary>Section <c>Retrieval:EmbeddedIndex</c>: the index that lives in the service's own data folder.</summary>
public sealed class EmbeddedIndexOptions
{
    /// <summary>Most indexes that are open at the same time; the one that was not used for longest is closed for another.</summary>
    /// <value>Default 64.</value>
    public int OpenMax { get; set; } = 64;

    /// <summary>Most filters of an index whose documents are remembered until the collection changes.</summary>
    /// <value>Default 32.</value>
    public int FiltersMax { get; set; } = 32;

    /// <summary>
    /// Whether vectors stay in their files, mapped into memory: memory that the system can take back when it is short, for slower searches
    /// after that.
    /// </summary>
    /// <value>Default false.</value>
    public bool MapVectors { get; set; }

    internal IEnumerable<string> Validate()
    {
        if (OpenMax is < 1 or > 10_000) yield return $"EmbeddedIndex:OpenMax is {OpenMax}. Set it to 1 to 10000.";
        if (FiltersMax is < 1 or > 10_000) yield return $"EmbeddedIndex:FiltersMax is {FiltersMax}. Set it to 1 to 10000.";
    }
}
