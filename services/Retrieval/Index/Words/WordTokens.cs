using System.Globalization;
using System.Text;
using Millrace.Retrieval.Search;

namespace Millrace.Retrieval.Index.Words;

/// <summary>A word of a text.</summary>
/// <param name="Stem">What it has in common with the other words of its family.</param>
/// <param name="IsTelling">Whether it is none of the words that every text has.</param>
internal readonly record struct WordToken(string Stem, bool IsTelling);

/// <summary>
/// Cuts texts into words as <see cref="KeywordQuery"/> does: letters, digits and the marks on them; everything else separates. In
/// alphabets without vowel signs it is what SQLite's FTS5 does with <c>porter unicode61 remove_diacritics 2</c>, but for raised digits,
/// fractions and Roman numerals of one character, which separate here. Where vowels are signs on letters FTS5 cuts words at them, and this
/// does not. What it says is stored by every index: a change of it is a change of all of them.
/// </summary>
internal static class WordTokens
{
    private const int WordCharsMax = 128;

    /// <summary>The words of a text, in order.</summary>
    public static IEnumerable<WordToken> Of(string text)
    {
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsPartOfWord(rune) && word.Length < WordCharsMax)
            {
                Append(word, Rune.ToLowerInvariant(rune));
                continue;
            }

            if (word.Length > 0) yield return Token(word.ToString());
            word.Clear();
        }

        if (word.Length > 0) yield return Token(word.ToString());
    }

    private static WordToken Token(string word) => new(PorterStemmer.Stem(word), KeywordQuery.IsTelling(word));

    private static void Append(StringBuilder word, Rune rune)
    {
        if (!rune.IsBmp) word.Append(rune.ToString());
        else if (Diacritics.Remove((char)rune.Value) is { } letter) word.Append(letter);
    }

    private static bool IsPartOfWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
