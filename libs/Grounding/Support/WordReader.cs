using Millrace.Grounding.Reading;

namespace Millrace.Grounding.Support;

/// <summary>A word of a sentence.</summary>
/// <param name="Text">The word, in lower case.</param>
/// <param name="IsName">Whether it is written as a name: a capital inside a sentence, capitals alone, or letters with digits.</param>
/// <param name="IsFirst">Whether it is the first of its sentence, where a capital tells nothing.</param>
/// <param name="Parted">Whether a comma, a bracket or the like stands before it.</param>
/// <param name="Term">The term by which its forms and synonyms meet; null when it carries no meaning of its own.</param>
internal readonly record struct Word(string Text, bool IsName, bool IsFirst, bool Parted, string? Term);

/// <summary>Cuts sentences into words.</summary>
internal static class WordReader
{
    /// <summary>The words of a text. What a guard put in place of a secret, such as <c>[EMAIL]</c>, is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cache">Words that were read before.</param>
    public static List<Word> Read(string text, WordCache cache)
    {
        List<Word> words = [];
        var (parted, first) = (false, true);
        for (var at = 0; at < text.Length;)
        {
            if (MaskLength(text, at) is > 0 and var mask) at += mask;
            else if (IsSymbol(text[at]))
            {
                words.Add(new Word(text[at].ToString(), IsName: false, IsFirst: false, parted, Term: null));
                (parted, at) = (false, at + 1);
            }
            else if (!char.IsLetterOrDigit(text[at]))
            {
                parted |= Parts(text, at);
                first |= text[at] is '.' or '!' or '?' or '\n' && Sentences.EndsAt(text, at);
                at++;
            }
            else
            {
                var end = End(text, at);
                var word = cache.Read(text.AsSpan(at, end - at));
                words.Add(new Word(word.Lower, word.IsName || (word.IsCapital && !first), first, parted, word.Term));
                (parted, first, at) = (false, false, end);
            }
        }

        return words;
    }

    private static bool IsSymbol(char c) => c is '%' or '$' or '€' or '£';

    private static bool Parts(string text, int at) =>
        text[at] is ',' or ';' or ':' or '(' or ')' or '—' or '–' or '\n' || (text[at] == '-' && at > 0 && text[at - 1] == ' ');

    private static int End(string text, int start)
    {
        var at = start + 1;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || IsInner(text, at))) at++;
        return at;
    }

    // An apostrophe in "can't", a point in "2.5", a comma in "1,000", a colon in "10:30".
    private static bool IsInner(string text, int at)
    {
        if (at + 1 >= text.Length) return false;
        if (text[at] is '\'' or '’') return char.IsLetter(text[at - 1]) && char.IsLetter(text[at + 1]);
        return text[at] is '.' or ',' or ':' && char.IsAsciiDigit(text[at - 1]) && char.IsAsciiDigit(text[at + 1]);
    }

    private static int MaskLength(string text, int at)
    {
        var close = text[at] switch { '[' => ']', '<' => '>', _ => '\0' };
        if (close == '\0') return 0;
        var end = at + 1;
        while (end < text.Length && (char.IsAsciiLetterUpper(text[end]) || char.IsAsciiDigit(text[end]) || text[end] == '_')) end++;
        return end < text.Length && text[end] == close && end > at + 2 && char.IsAsciiLetterUpper(text[at + 1]) ? end + 1 - at : 0;
    }
}
