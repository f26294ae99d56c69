using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>Chooses the parser of a media type.</summary>
internal sealed class DocumentParsers(IEnumerable<IDocumentParser> parsers)
{
    private readonly Dictionary<string, IDocumentParser> _byMediaType = parsers.ToDictionary(
        parser => parser.MediaType, StringComparer.Ordinal);

    /// <summary>Parses a document.</summary>
    /// <param name="mediaType">Its media type, as <see cref="MediaTypes.Resolve"/> returns it.</param>
    /// <param name="content">Its bytes, in UTF-8.</param>
    /// <param name="documentId">The title of a document that has none.</param>
    /// <exception cref="MillraceException">The document cannot be read; the message says why.</exception>
    public ParsedDocument Parse(string mediaType, ReadOnlySpan<byte> content, string documentId)
    {
        if (!_byMediaType.TryGetValue(mediaType, out var parser)) throw MediaTypes.Unsupported(mediaType);
        var builder = new DocumentTextBuilder();
        parser.Parse(Utf8Text.Decode(content), builder);
        return builder.Build(documentId);
    }
}
