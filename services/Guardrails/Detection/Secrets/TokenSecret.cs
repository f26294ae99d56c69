using System.Buffers;
using System.Buffers.Text;

namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>A JSON web token: a head that is a JSON object naming its algorithm, and parts behind full stops, all in base 64 for
/// addresses.</summary>
internal sealed class TokenSecret : LongSecret
{
    /// <summary>How the head of every token starts: an object's opening, in base 64.</summary>
    public const string Head = "eyJ";

    private const int HeadCharsMax = 400;

    public override string Rule => "secret.jwt";

    public override string Mark => Head;

    public override int CharsMax => 32_768;

    public override Match HeadAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (start > 0 && (Chars.IsWord(text[start - 1]) || text[start - 1] is '-')) return Match.None;
        var cursor = new TextCursor(text, start, isEnd);
        var head = cursor.TakeWhile(IsOfPart, HeadCharsMax);
        if (cursor.Peek() != '.' || !IsOfPart(cursor.Peek(1))) return cursor.Nothing;
        return NamesAlgorithm(head) ? Match.Found(head.Length, score: 1) : Match.None;
    }

    public override int EndOf(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        for (var at = start; at < text.Length; at++)
        {
            if (IsOfPart(text[at])) continue;
            if (text[at] != '.') return at;
            if (at + 1 == text.Length) return isEnd ? at : -1;
            if (!IsOfPart(text[at + 1])) return at;
        }

        return isEnd ? text.Length : -1;
    }

    // A look, not a parse: whoever writes many heads that are none gets no more of our time than for any other text.
    private static bool NamesAlgorithm(ReadOnlySpan<char> head)
    {
        Span<byte> json = stackalloc byte[HeadCharsMax];
        if (Base64Url.DecodeFromChars(head, json, out _, out var length) != OperationStatus.Done) return false;
        ReadOnlySpan<byte> decoded = json[..length];
        return decoded is [(byte)'{', .., (byte)'}'] && decoded.IndexOf("\"alg\""u8) > 0;
    }

    private static bool IsOfPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
}
