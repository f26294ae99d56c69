using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>Bytes to clean text, strictly: UTF-8, or UTF-16 that says so by its byte order mark. Anything else is refused, never
/// guessed.</summary>
internal static class SourceText
{
    private static readonly UnicodeEncoding LittleEndian = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding BigEndian = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Decodes a text and cleans it: one kind of line end, no NUL and no other control characters.</summary>
    /// <exception cref="MillraceException">The bytes are no text; the message names the offset of the first bad one.</exception>
    public static string Decode(ReadOnlySpan<byte> content) => Utf16Of(content) is { } encoding
        ? Clean(DecodeUtf16(content, encoding))
        : DecodeUtf8(content);

    /// <summary>Refuses bytes that are no text.</summary>
    /// <exception cref="MillraceException">The bytes are no text; the message names the offset of the first bad one.</exception>
    public static void RequireValid(ReadOnlySpan<byte> content)
    {
        if (!Utf8.IsValid(content)) Decode(content);
    }

    private static UnicodeEncoding? Utf16Of(ReadOnlySpan<byte> content) => content switch
    {
        [0xFF, 0xFE, 0, 0, ..] => null,
        [0xFF, 0xFE, ..] => LittleEndian,
        [0xFE, 0xFF, ..] => BigEndian,
        _ => null,
    };

    private static string DecodeUtf16(ReadOnlySpan<byte> content, UnicodeEncoding encoding)
    {
        try
        {
            return encoding.GetString(content[2..]);
        }
        catch (DecoderFallbackException error)
        {
            throw new MillraceException(
                Reason.InvalidArgument, "The document begins as UTF-16 and is not: half a character is missing. Save it as UTF-8.", error)
            { Param = "content" };
        }
    }

    private static string DecodeUtf8(ReadOnlySpan<byte> content)
    {
        var skipped = content.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        var bytes = content[skipped..];
        var buffer = ArrayPool<char>.Shared.Rent(Math.Max(1, bytes.Length));
        try
        {
            var status = Utf8.ToUtf16(bytes, buffer, out var read, out var written, replaceInvalidSequences: false);
            if (status != OperationStatus.Done) throw Invalid(content, skipped + read);
            return Clean(buffer.AsSpan(0, written));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static string Clean(ReadOnlySpan<char> text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\r' && i + 1 < text.Length && text[i + 1] == '\n') continue;
            if (c is '\r' or '\f' or '\v' or '\u0085' or '\u2028' or '\u2029') clean.Append('\n');
            else if (c is '\n' or '\t' || !(char.IsControl(c) || c == '\uFEFF')) clean.Append(c);
        }

        return clean.ToString();
    }

    private static MillraceException Invalid(ReadOnlySpan<byte> content, int offset)
    {
        var hint = content is [0xFF, 0xFE, ..] or [0, 0, 0xFE, 0xFF, ..]
            ? "It looks like UTF-32: save it as UTF-8."
            : "Convert it to UTF-8, or upload it with the media type that it has.";
        return MillraceException.InvalidArgument("content", $"The document is not UTF-8: byte {offset} is not valid. {hint}");
    }
}
