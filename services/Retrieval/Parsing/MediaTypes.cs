using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>The media types that can be read, and the file extensions that tell them.</summary>
internal static class MediaTypes
{
    public const string Markdown = "text/markdown";
    public const string Html = "text/html";
    public const string PlainText = "text/plain";

    private static readonly Dictionary<string, string> ByExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".md"] = Markdown,
        [".markdown"] = Markdown,
        [".html"] = Html,
        [".htm"] = Html,
        [".txt"] = PlainText,
        [".text"] = PlainText,
    };

    /// <summary>The media type of an upload: the declared one without its parameters, else the one of the file's extension.</summary>
    /// <param name="declared">What the caller said, such as <c>text/html; charset=utf-8</c>; may be empty.</param>
    /// <param name="fileName">Name of the file, or the document's id; may be empty.</param>
    /// <exception cref="MillraceException">The type is not known, cannot be read, or is not in UTF-8.</exception>
    public static string Resolve(string declared, string fileName)
    {
        if (declared.Length == 0) return FromExtension(fileName);
        var parts = declared.Split(';', StringSplitOptions.TrimEntries);
        var type = parts[0].ToLowerInvariant();
        if (!ByExtension.ContainsValue(type)) throw Unsupported(type);
        foreach (var parameter in parts.Skip(1)) RequireUtf8(parameter);
        return type;
    }

    /// <summary>The refusal of a media type.</summary>
    public static MillraceException Unsupported(string mediaType) => new(
        Reason.UnsupportedMediaType,
        $"Documents of type '{mediaType}' cannot be read. Upload {Markdown}, {Html} or {PlainText}.") { Param = "media_type" };

    private static string FromExtension(string fileName)
    {
        var extension = Path.GetExtension(fileName);
        if (ByExtension.TryGetValue(extension, out var type)) return type;
        throw new MillraceException(
            Reason.UnsupportedMediaType,
            $"The media type of '{fileName}' cannot be told from its extension '{extension}'. "
            + $"Set media_type to {Markdown}, {Html} or {PlainText}, or use a name that ends with .md, .html or .txt.")
        { Param = "media_type" };
    }

    private static void RequireUtf8(string parameter)
    {
        const string Charset = "charset=";
        if (!parameter.StartsWith(Charset, StringComparison.OrdinalIgnoreCase)) return;
        var charset = parameter[Charset.Length..].Trim('"').ToLowerInvariant();
        if (charset is "utf-8" or "utf8" or "us-ascii") return;
        throw new MillraceException(
            Reason.UnsupportedMediaType, $"Documents in the character set '{charset}' cannot be read. Convert it to UTF-8.")
        { Param = "media_type" };
    }
}
