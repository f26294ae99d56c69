namespace Millrace.Retrieval.Parsing;

/// <summary>What can be said of an upload before it is read.</summary>
internal static class DocumentRules
{
    // Some writers put a line or two before a PDF's signature, and readers look for it this far.
    private const int SignatureWithinBytes = 1024;

    /// <summary>Refuses bytes that are not what their media type says: a text that is not UTF-8 (or UTF-16 with a byte order mark), a
    /// file without the signature of its format.</summary>
    /// <param name="mediaType">The media type, as <see cref="MediaTypes.Resolve"/> returns it.</param>
    /// <param name="content">All bytes.</param>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">They are not; the message says what to do.</exception>
    public static void RequireReadable(string mediaType, ReadOnlySpan<byte> content)
    {
        var type = MediaTypes.Require(mediaType);
        if (type.Signature.Length == 0) SourceText.RequireValid(content);
        else if (content[..Math.Min(content.Length, SignatureWithinBytes)].IndexOf(type.Signature.AsSpan()) < 0)
            throw ParsingErrors.Damaged($"The document is no {type.Name} file: its signature is missing. {RemedyFor(content)}");
    }

    private static string RemedyFor(ReadOnlySpan<byte> content) => content switch
    {
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "It is a file of an old office program, or has a password: save it as .docx without a password.",
        [(byte)'{', (byte)'\\', (byte)'r', (byte)'t', (byte)'f', ..] => "It is RTF: open it in a word processor and save it as .docx.",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => $"It is a PDF: upload it as {MediaTypes.Pdf}.",
        [(byte)'P', (byte)'K', 3, 4, ..] => "It is a zip container: upload a Word document as .docx, and other files one by one.",
        _ => "Upload the file itself, with the media type that it has.",
    };
}
