using System.Collections.Frozen;
using Millrace.Retrieval.Parsing.Code;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>A type of document that can be read.</summary>
/// <param name="Name">The media type that stands for it.</param>
/// <param name="Extensions">File extensions that tell it, with their dot.</param>
internal sealed record ReadableType(string Name, params IReadOnlyList<string> Extensions)
{
    /// <summary>Other media types that mean the same.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The bytes that every file of a binary format has near its beginning; empty for text.</summary>
    public byte[] Signature { get; init; } = [];
}

/// <summary>The media types that can be read, and the file extensions that tell them.</summary>
internal static class MediaTypes
{
    public const string Markdown = "text/markdown";
    public const string Html = "text/html";
    public const string PlainText = "text/plain";
    public const string Csv = "text/csv";
    public const string Tsv = "text/tab-separated-values";
    public const string Json = "application/json";
    public const string JsonLines = "application/jsonl";
    public const string Xml = "application/xml";
    public const string Pdf = "application/pdf";
    public const string Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    private const string Summary =
        "Markdown (.md), HTML (.html), plain text (.txt), CSV and TSV (.csv, .tsv), JSON and JSON lines (.json, .jsonl), XML (.xml), "
        + "Word (.docx), PDF (.pdf), or source code by its usual extension (.cs, .py, .ts, ...)";

    // What programs declare when they do not know; the file's name knows better.
    private static readonly FrozenSet<string> Undeclared = FrozenSet.ToFrozenSet(
        ["", "application/octet-stream", "binary/octet-stream", "application/x-unknown"]);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ReadableType> All { get; } =
    [
        new(Markdown, ".md", ".markdown", ".mdown", ".mkd") { Aliases = ["text/x-markdown"] },
        new(Html, ".html", ".htm", ".xhtml") { Aliases = ["application/xhtml+xml"] },
        new(PlainText, ".txt", ".text", ".log", ".rst", ".adoc"),
        new(Csv, ".csv") { Aliases = ["application/csv"] },
        new(Tsv, ".tsv", ".tab"),
        new(Json, ".json", ".geojson") { Aliases = ["text/json"] },
        new(JsonLines, ".jsonl", ".ndjson") { Aliases = ["application/x-ndjson", "application/x-jsonlines", "application/json-lines"] },
        new(Xml, ".xml") { Aliases = ["text/xml"] },
        new(Docx, ".docx") { Signature = [(byte)'P', (byte)'K', 3, 4] },
        new(Pdf, ".pdf") { Aliases = ["application/x-pdf"], Signature = [(byte)'%', (byte)'P', (byte)'D', (byte)'F', (byte)'-'] },
        .. SourceLanguages.All.Select(language => language.Type),
    ];

    private static readonly FrozenDictionary<string, ReadableType> ByName = All
        .SelectMany(type => type.Aliases.Append(type.Name), (type, name) => (type, name))
        .ToFrozenDictionary(entry => entry.name, entry => entry.type, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, ReadableType> ByExtension = All
        .SelectMany(type => type.Extensions, (type, extension) => (type, extension))
        .ToFrozenDictionary(entry => entry.extension, entry => entry.type, StringComparer.OrdinalIgnoreCase);

    /// <summary>The media type of an upload: the declared one without its parameters, else the one of the file's extension.</summary>
    /// <param name="declared">What the caller said, such as <c>text/html; charset=utf-8</c>; may be empty.</param>
    /// <param name="fileName">Name of the file, or the document's id; may be empty.</param>
    /// <exception cref="MillraceException">The type is not known, cannot be read, or is in a character set that cannot.</exception>
    public static string Resolve(string declared, string fileName)
    {
        var parts = declared.Split(';', StringSplitOptions.TrimEntries);
        var name = parts[0].ToLowerInvariant();
        if (Undeclared.Contains(name)) return FromExtension(fileName);
        var type = Require(name);
        if (type.Signature.Length == 0) foreach (var parameter in parts.Skip(1)) RequireUnicode(parameter);
        return type.Name;
    }

    /// <summary>The type that a media type means.</summary>
    /// <exception cref="MillraceException">It cannot be read.</exception>
    public static ReadableType Require(string mediaType) =>
        ByName.TryGetValue(mediaType, out var type) ? type : throw Unsupported(mediaType);

    /// <summary>The refusal of a media type.</summary>
    public static MillraceException Unsupported(string mediaType) => new(
        Reason.UnsupportedMediaType, $"Documents of type '{Shortened(mediaType)}' cannot be read. Upload {Summary}.")
    { Param = "media_type" };

    private static string FromExtension(string fileName)
    {
        var extension = Path.GetExtension(fileName);
        if (ByExtension.TryGetValue(extension, out var type)) return type.Name;
        throw new MillraceException(
            Reason.UnsupportedMediaType,
            $"The media type of '{Shortened(fileName)}' cannot be told from its extension '{Shortened(extension)}'. "
            + $"Set media_type, or upload {Summary}.")
        { Param = "media_type" };
    }

    private static void RequireUnicode(string parameter)
    {
        const string Charset = "charset=";
        if (!parameter.StartsWith(Charset, StringComparison.OrdinalIgnoreCase)) return;
        var charset = parameter[Charset.Length..].Trim('"').ToLowerInvariant();
        if (charset is "utf-8" or "utf8" or "us-ascii" or "utf-16") return;
        throw new MillraceException(
            Reason.UnsupportedMediaType, $"Documents in the character set '{Shortened(charset)}' cannot be read. Convert it to UTF-8.")
        { Param = "media_type" };
    }

    private static string Shortened(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
