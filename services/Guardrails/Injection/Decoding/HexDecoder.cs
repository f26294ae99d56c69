using System.Text;

namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Bytes as pairs of hexadecimal digits, run together or between spaces, commas, colons, <c>\x</c> or <c>0x</c>.</summary>
internal sealed class HexDecoder : Decoder
{
    private const int BytesMin = 8;

    public override string Name => "hex";

    public override string? Decode(ReadOnlySpan<char> text)
    {
        StringBuilder? decoded = null;
        var bytes = new List<byte>();
        for (var at = 0; at <= text.Length;)
        {
            if (at + 1 < text.Length && char.IsAsciiHexDigit(text[at]) && char.IsAsciiHexDigit(text[at + 1]))
            {
                bytes.Add((byte)((Value(text[at]) << 4) | Value(text[at + 1])));
                at += 2;
                at += SeparatorLength(text[at..]);
                continue;
            }

            if (bytes.Count >= BytesMin && DecodedBytes.ToText([.. bytes]) is { } run)
                (decoded ??= new StringBuilder()).Append(run).Append(' ');
            bytes.Clear();
            at++;
        }

        return decoded?.ToString();
    }

    private static int SeparatorLength(ReadOnlySpan<char> text)
    {
        var length = !text.IsEmpty && text[0] is ' ' or ',' or ':' or '-' or '%' or '\n' ? 1 : 0;
        if (length == 1 && text.Length > 1 && text[1] == ' ') length++;
        var rest = text[length..];
        return rest.StartsWith("\\x") || rest.StartsWith("0x") ? length + 2 : length;
    }

    private static int Value(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
