using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>Bytes to clean text, strictly: what is not UTF-8 is refused, never guessed.</summary>
internal static class Utf8Text
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Decodes UTF-8 and cleans it: one kind of line end, no NUL and no other control characters.</summary>
    /// <exception cref="MillraceException">The bytes are not UTF-8; the message names the offset of the first bad one.</exception>
    public static string Decode(ReadOnlySpan<byte> content)
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

    /// <summary>Refuses bytes that are not UTF-8.</summary>
    /// <exception cref="MillraceException">The bytes are not UTF-8; the message names the offset of the first bad one.</exception>
    public static void RequireValid(ReadOnlySpan<byte> content)
    {
        if (!Utf8.IsValid(content)) Decode(content);
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
        var hint = content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
            ? "It looks like UTF-16: save it as UTF-8."
            : "Convert it to UTF-8, or upload it with the media type that it has.";
        return MillraceException.InvalidArgument("content", $"The document is not UTF-8: byte {offset} is not valid. {hint}");
    }
}
