using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Retrieval.Seeding;

/// <summary>Section <c>Seeding</c> of the configuration: documents that are there from the first start.</summary>
public sealed class SeedingOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Seeding";

    /// <summary>Folder whose *.md, *.txt and *.html files are ingested, subfolders included; empty for none.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Name of the collection, which is created if it is missing.</summary>
    /// <value>Default <c>samples</c>.</value>
    public string Collection { get; set; } = "samples";

    /// <summary>Longest time until the documents can be found. The service counts as degraded afterwards, and goes on trying.</summary>
    /// <value>Default 3 minutes.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(3);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (!Ingestion.UploadRules.IsCollectionName(Collection))
            yield return $"Collection is '{Collection}'. Set it to 1 to 64 letters, digits, hyphens, underscores and dots.";
        if (Timeout <= TimeSpan.Zero) yield return $"Timeout is {Timeout}. Set it to more than 0.";
    }
}
