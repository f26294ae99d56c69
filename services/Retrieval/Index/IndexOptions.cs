using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Retrieval.Index;

/// <summary>Where chunks are found.</summary>
public enum IndexKind
{
    /// <summary>In files of the service itself.</summary>
    Embedded,

    /// <summary>On a Qdrant server.</summary>
    Qdrant,
}

/// <summary>Section <c>Retrieval:Index</c>: which index the service uses.</summary>
public sealed class IndexOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Retrieval:Index";

    /// <summary>Where chunks are found. The index is derived from the documents: after a change it is filled anew from them.</summary>
    /// <value>Default embedded.</value>
    public IndexKind Kind { get; set; } = IndexKind.Embedded;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (!Enum.IsDefined(Kind)) yield return $"Kind is {Kind}. Set it to embedded or qdrant.";
    }
}
