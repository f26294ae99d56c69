using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>Chooses the parser of a media type, and runs it within the limits.</summary>
internal sealed class DocumentParsers(IEnumerable<IDocumentParser> parsers, IOptions<ParsingOptions> options)
{
    private readonly ParsingOptions _limits = options.Value;
    private readonly ParseThread _thread = new();
    private readonly Dictionary<string, IDocumentParser> _byMediaType = parsers
        .SelectMany(parser => parser.MediaTypes, (parser, type) => (type, parser))
        .ToDictionary(entry => entry.type, entry => entry.parser, StringComparer.Ordinal);

    /// <summary>Parses a document. The caller waits; the work is done by a thread of its own.</summary>
    /// <param name="mediaType">Its media type, as <see cref="MediaTypes.Resolve"/> returns it.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="documentId">The title of a document that has none.</param>
    /// <param name="cancellationToken">Nobody wants the document any more.</param>
    /// <exception cref="MillraceException">The document cannot be read; the message says why.</exception>
    public ParsedDocument Parse(
        string mediaType, ReadOnlyMemory<byte> content, string documentId, CancellationToken cancellationToken = default)
    {
        if (!_byMediaType.TryGetValue(mediaType, out var parser)) throw MediaTypes.Unsupported(mediaType);
        return _thread.Run(
            stop =>
            {
                var budget = new ParsingBudget(_limits, stop);
                var builder = new DocumentTextBuilder(budget);
                parser.Parse(new DocumentSource(mediaType, content, budget), builder);
                return builder.Build(documentId);
            },
            _limits.TimeLimit,
            cancellationToken);
    }
}
