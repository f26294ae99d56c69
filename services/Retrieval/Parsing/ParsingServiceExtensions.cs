using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Retrieval.Parsing.Code;
using Millrace.Retrieval.Parsing.Csv;
using Millrace.Retrieval.Parsing.Json;
using Millrace.Retrieval.Parsing.Pdf;
using Millrace.Retrieval.Parsing.Word;
using Millrace.Retrieval.Parsing.Xml;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Retrieval.Parsing;

/// <summary>Registers the parsers.</summary>
internal static class ParsingServiceExtensions
{
    /// <summary>Adds a parser for every media type that can be read, and the limits.</summary>
    public static IServiceCollection AddParsing(this IServiceCollection services)
    {
        services.AddValidatedOptions<ParsingOptions>(ParsingOptions.Section);
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IDocumentParser, MarkdownParser>(),
            ServiceDescriptor.Singleton<IDocumentParser, HtmlParser>(),
            ServiceDescriptor.Singleton<IDocumentParser, PlainTextParser>(),
            ServiceDescriptor.Singleton<IDocumentParser, CsvParser>(),
            ServiceDescriptor.Singleton<IDocumentParser, JsonDocumentParser>(),
            ServiceDescriptor.Singleton<IDocumentParser, XmlParser>(),
            ServiceDescriptor.Singleton<IDocumentParser, DocxParser>(),
            ServiceDescriptor.Singleton<IDocumentParser, PdfParser>(),
            ServiceDescriptor.Singleton<IDocumentParser, SourceCodeParser>(),
        ]);
        services.TryAddSingleton<DocumentParsers>();
        return services;
    }
}
