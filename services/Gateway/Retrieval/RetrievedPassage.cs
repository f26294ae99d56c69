namespace Millrace.Gateway.Retrieval;

/// <summary>A passage of a prompt's context.</summary>
/// <param name="Number">Its number in the context, from 1.</param>
/// <param name="Collection">Name of the collection.</param>
/// <param name="DocumentId">Id of the document.</param>
/// <param name="DocumentVersion">Version of the document that was indexed.</param>
/// <param name="Title">Title of the document.</param>
/// <param name="Breadcrumb">Headings above the passage, outermost first.</param>
/// <param name="Text">The passage.</param>
/// <param name="Start">Offset of its first UTF-16 code unit in the document's text.</param>
public sealed record RetrievedPassage(
    int Number,
    string Collection,
    string DocumentId,
    int DocumentVersion,
    string Title,
    IReadOnlyList<string> Breadcrumb,
    string Text,
    int Start)
{
    private readonly string? _shown;

    /// <summary>What a prompt shows of it: the text, or what compression left of that. Citations go by the text itself.</summary>
    public string Shown
    {
        get => _shown ?? Text;
        init => _shown = value;
    }
}

/// <summary>What was found for a question.</summary>
/// <param name="Passages">The passages, in the order in which the prompt shows them.</param>
public sealed record RetrievedContext(IReadOnlyList<RetrievedPassage> Passages);
