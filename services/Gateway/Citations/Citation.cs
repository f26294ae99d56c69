namespace Millrace.Gateway.Citations;

/// <summary>A source that an answer cites.</summary>
public sealed record Citation
{
    /// <summary>The number in the text, such as 1 for "[1]".</summary>
    public required int Number { get; init; }

    /// <summary>Name of the collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Id of the document.</summary>
    public required string DocumentId { get; init; }

    /// <summary>Version of the document that was indexed.</summary>
    public required int DocumentVersion { get; init; }

    /// <summary>Title of the document.</summary>
    public required string Title { get; init; }

    /// <summary>The words of the source that support the answer, exactly as they stand there; empty when they may not be shown.</summary>
    public required string Quote { get; init; }

    /// <summary>Offset of the quote in the document's text, in UTF-16 code units.</summary>
    public required int SourceStart { get; init; }

    /// <summary>Length of the quote in UTF-16 code units.</summary>
    public required int SourceLength { get; init; }

    /// <summary>Offset of the marker in the answer, in UTF-16 code units.</summary>
    public required int Start { get; init; }

    /// <summary>Offset behind the marker in the answer, in UTF-16 code units.</summary>
    public required int End { get; init; }

    /// <summary>How well the quote supports the sentence, in (0, 1]: 1 where the words stand there.</summary>
    public double Supported { get; init; } = 1;

    /// <summary>Path of the quote in the HTTP API: it answers with these very words, as long as the version is kept.</summary>
    public string Url =>
        $"/v1/collections/{Uri.EscapeDataString(Collection)}/documents/{EscapePath(DocumentId)}/text"
            + $"?version={DocumentVersion}&start={SourceStart}&length={SourceLength}";

    private static string EscapePath(string id) => string.Join('/', id.Split('/').Select(Uri.EscapeDataString));
}
