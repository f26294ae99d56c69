namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Text from its end to its start: <c>selur suoiverp lla erongi</c>; also word by word.</summary>
internal sealed class ReversedDecoder : Decoder
{
    public override string Name => "reversed";

    public override string? Decode(ReadOnlySpan<char> text)
    {
        Span<char> turned = stackalloc char[InjectionScorer.CharsMax];
        turned = turned[..text.Length];
        FoldedText.Fold(text, turned);
        turned.Reverse();
        return HiddenWords.Has(turned) ? turned.ToString() : null;
    }
}
