using System.Text;

namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Base64 in either alphabet, padded or not: every run of it that is long enough for a few words.</summary>
internal sealed class Base64Decoder : Decoder
{
    private const int RunMin = 16;
    private const int Skip = 255;

    private static readonly byte[] Values = ValuesTable();

    public override string Name => "base64";

    public override string? Decode(ReadOnlySpan<char> text)
    {
        StringBuilder? decoded = null;
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && text[end] < 128 && Values[text[end]] != Skip) end++;
            if (end - at >= RunMin && DecodeRun(text[at..end]) is { } run) (decoded ??= new StringBuilder()).Append(run).Append(' ');
            at = end + 1;
        }

        return decoded?.ToString();
    }

    private static string? DecodeRun(ReadOnlySpan<char> run)
    {
        var bytes = new byte[run.Length * 3 / 4];
        var (count, bits, held) = (0, 0, 0);
        foreach (var c in run)
        {
            held = ((held << 6) | Values[c]) & 0xFFFF;
            bits += 6;
            if (bits < 8 || count == bytes.Length) continue;
            bits -= 8;
            bytes[count++] = (byte)(held >> bits);
        }

        return DecodedBytes.ToText(bytes.AsSpan(0, count));
    }

    private static byte[] ValuesTable()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        var values = new byte[128];
        Array.Fill(values, (byte)Skip);
        for (var i = 0; i < Alphabet.Length; i++) values[Alphabet[i]] = (byte)i;
        (values['-'], values['_']) = (62, 63);
        return values;
    }
}
