using System.Text;

namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Words with marks in them: <c>ig-nore</c>, <c>pre*vious</c>, <c>rul_es</c>.</summary>
internal sealed class SplitDecoder : Decoder
{
    public override string Name => "splitting";

    public override string? Decode(ReadOnlySpan<char> text)
    {
        StringBuilder? joined = null;
        var taken = 0;
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfWord(text, at, out var marks);
            if (marks > 0 && Join(text[at..end], marks) is { } word)
            {
                (joined ??= new StringBuilder()).Append(text[taken..at]).Append(word);
                taken = end;
            }

            at = end + 1;
        }

        return joined?.Append(text[taken..]).ToString();
    }

    private static int EndOfWord(ReadOnlySpan<char> text, int at, out int marks)
    {
        marks = 0;
        while (at < text.Length && (char.IsLetter(text[at]) || IsInside(text, at)))
            if (!char.IsLetter(text[at++])) marks++;
        return at;
    }

    private static bool IsInside(ReadOnlySpan<char> text, int at) =>
        text[at] is '-' or '.' or '*' or '_' or '~' or '|' or '/' or '+' or '^' or '\'' or '"' or '`' or '%' or '·' or '•' or ',' or '#'
        && at > 0 && char.IsLetter(text[at - 1]) && at + 1 < text.Length && char.IsLetter(text[at + 1]);

    // The word without its marks, when it means something only so.
    private static string? Join(ReadOnlySpan<char> word, int marks)
    {
        var letters = new char[word.Length - marks];
        var count = 0;
        foreach (var c in word)
            if (char.IsLetter(c)) letters[count++] = c;

        var joined = FoldedText.Of(new string(letters));
        return Lexicon.MeaningOf(joined) != 0 && Lexicon.MeaningOf(FoldedText.Of(word.ToString())) == 0 ? joined : null;
    }
}
