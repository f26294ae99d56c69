using Millrace.Guardrails.Filtering;

namespace Millrace.Guardrails.Injection;

/// <summary>
/// Text in lower case, without accents; a word that mixes Latin letters with look-alikes of other scripts is read as Latin. Each character
/// stays at its place.
/// </summary>
internal static class FoldedText
{
    private const int Accented = 0x250;

    // A letter with an accent, and the letter that it is read as.
    private const string AccentedPairs =
        "ßsàaáaâaãaäaåaæaçcèeéeêeëeìiíiîiïiðdñnòoóoôoõoöoøoùuúuûuüuýyþtÿyāaăaąaćcĉcċcčcďdđdēeĕeėeęeěeĝgğgġgģgĥhħhĩiīiĭi"
        + "įiıiĵjķkĺlļlľlłlńnņnňnōoŏoőoœoŕrŗrřrśsŝsşsšsţtťtŧtũuūuŭuůuűuųuŵwŷyźzżzžzơoưuǎaǐiǒoǔuǖuǘuǚuǜuǟaǡaǧgǩkǫoǭoǰjǵgǹn"
        + "ǻaȁaȃaȅeȇeȉiȋiȍoȏoȑrȓrȕuȗușsțtȟhȧaȩeȫoȭoȯoȱoȳy";

    private static readonly char[] Bases = [.. Enumerable.Range(0, Accented).Select(code => BaseOf((char)code))];

    /// <summary>Folds a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="folded">Takes it; at least as long.</param>
    public static void Fold(ReadOnlySpan<char> text, Span<char> folded)
    {
        var isDisguised = false;
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfWord(text, at);
            isDisguised |= FoldWord(text[at..end], folded[at..end], isDisguised);
            if (end == at) folded[at++] = FoldMark(text, at - 1);
            else at = end;
        }
    }

    /// <summary>A folded text.</summary>
    public static string Of(string text) => string.Create(text.Length, text, (folded, source) => Fold(source, folded));

    private static int EndOfWord(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && char.IsLetter(text[at])) at++;
        return at;
    }

    // Whether the word was disguised. Once one was, a word of look-alikes alone is taken for one too.
    private static bool FoldWord(ReadOnlySpan<char> word, Span<char> folded, bool isDisguised)
    {
        var (latin, other, foldable) = (0, 0, 0);
        foreach (var c in word)
        {
            if (c < Accented) latin++;
            else other++;
            if (c >= Accented && NormalChars.Fold(c) < Accented) foldable++;
        }

        var isOne = foldable > 0 && (latin > 0 || (isDisguised && foldable == other));
        for (var i = 0; i < word.Length; i++) folded[i] = FoldLetter(isOne ? NormalChars.Fold(word[i]) : word[i]);
        return isOne;
    }

    private static char FoldLetter(char c) => c < Accented ? Bases[c] : c is 'ё' or 'Ё' ? 'е' : char.ToLowerInvariant(c);

    // The line breaks and quotes of text within a string of a program are no letters of the word behind them.
    private static char FoldMark(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        if (c == '\\' || char.IsWhiteSpace(c) || char.IsControl(c)) return ' ';
        return c is '’' or '‘' or '`' or '´' ? '\'' : c;
    }

    private static char BaseOf(char c)
    {
        var lower = char.ToLowerInvariant(c);
        for (var at = 0; at < AccentedPairs.Length; at += 2)
            if (AccentedPairs[at] == lower) return AccentedPairs[at + 1];
        return lower;
    }
}
