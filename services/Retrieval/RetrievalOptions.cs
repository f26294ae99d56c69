using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Index.Embedded;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Retrieval;

/// <summary>Section <c>Retrieval</c> of the configuration.</summary>
public sealed class RetrievalOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Retrieval";

    /// <summary>Most collections of a tenant.</summary>
    /// <value>Default 1,000.</value>
    public int CollectionsPerTenantMax { get; set; } = 1_000;

    /// <summary>Most documents of a collection.</summary>
    /// <value>Default 100,000.</value>
    public int DocumentsPerCollectionMax { get; set; } = 100_000;

    /// <summary>How documents are cut when their collection says nothing else.</summary>
    public ChunkingOptions Chunking { get; set; } = new();

    /// <summary>How documents get into the index.</summary>
    public IngestionOptions Ingestion { get; set; } = new();

    /// <summary>The index in the service's own data folder.</summary>
    public EmbeddedIndexOptions EmbeddedIndex { get; set; } = new();

    /// <summary>How they are found.</summary>
    public SearchOptions Search { get; set; } = new();

    internal DocumentLimits DocumentLimits => new(
        DocumentsPerCollectionMax, Ingestion.QueuedDocumentsMax, Ingestion.QueuedDocumentsPerTenantMax);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (CollectionsPerTenantMax < 1) yield return $"CollectionsPerTenantMax is {CollectionsPerTenantMax}. Set it to 1 or more.";
        if (DocumentsPerCollectionMax < 1) yield return $"DocumentsPerCollectionMax is {DocumentsPerCollectionMax}. Set it to 1 or more.";
        foreach (var error in Chunking.Validate().Concat(Ingestion.Validate()).Concat(EmbeddedIndex.Validate()).Concat(Search.Validate()))
            yield return error;
    }
}
