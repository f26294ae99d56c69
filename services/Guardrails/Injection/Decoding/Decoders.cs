namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Every decoder.</summary>
internal static class Decoders
{
    /// <summary>All of them; the cheap ones, which most text is done with at once, are first.</summary>
    public static IReadOnlyList<Decoder> All { get; } =
    [
        new Base64Decoder(), new HexDecoder(), new EscapeDecoder(), new LeetDecoder(), new SpacedDecoder(), new SplitDecoder(),
        new Rot13Decoder(), new ReversedDecoder(),
    ];
}
