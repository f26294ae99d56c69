namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Letters moved by thirteen places: <c>vtaber nyy cerivbhf ehyrf</c>.</summary>
internal sealed class Rot13Decoder : Decoder
{
    public override string Name => "rot13";

    public override string? Decode(ReadOnlySpan<char> text)
    {
        Span<char> turned = stackalloc char[InjectionScorer.CharsMax];
        turned = turned[..text.Length];
        for (var i = 0; i < text.Length; i++) turned[i] = Turn(text[i]);
        return HiddenWords.Has(turned) ? turned.ToString() : null;
    }

    private static char Turn(char c)
    {
        if (!char.IsAsciiLetter(c)) return c;
        var lower = (char)(c | 0x20);
        return (char)(lower > 'm' ? lower - 13 : lower + 13);
    }
}
