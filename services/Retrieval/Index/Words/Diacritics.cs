using System.Collections.Frozen;

namespace Millrace.Retrieval.Index.Words;

/// <summary>Takes the marks off Latin letters, so that a word is found however it was typed. The letters are those that Unicode writes as a
/// letter of the alphabet with a mark, and those that are another shape of a letter, as at the end of a Greek word.</summary>
internal static class Diacritics
{
    private const char CombiningFirst = '\u0300';
    private const char CombiningLast = '\u036F';

    // Each line: the letter, then what is written with it or in its place. The capital İ has no small letter without a culture.
    private static readonly string[] Families =
    [
        "aàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ",
        "bḃḅḇ",
        "cçćĉċčḉ",
        "dďḋḍḏḑḓ",
        "eèéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ",
        "fḟ",
        "gĝğġģǧǵḡ",
        "hĥȟḣḥḧḩḫẖ",
        "iİìíîïĩīĭįǐȉȋḭḯỉị",
        "jĵǰ",
        "kķǩḱḳḵ",
        "lĺļľḷḹḻḽ",
        "mḿṁṃ",
        "nñńņňǹṅṇṉṋ",
        "oòóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ",
        "pṕṗ",
        "rŕŗřȑȓṙṛṝṟ",
        "sſśŝşšșṡẛṣṥṧṩ",
        "tţťțṫṭṯṱẗ",
        "uùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
        "vṽṿ",
        "wŵẁẃẅẇẉẘ",
        "xẋẍ",
        "yýÿŷȳẏẙỳỵỷỹ",
        "zźżžẑẓẕ",
        "βϐ",
        "εϵ",
        "θϑ",
        "κϰ",
        "μµ",
        "πϖ",
        "ρϱ",
        "σς",
        "φϕ",
    ];

    private static readonly FrozenDictionary<char, char> Bases = Families
        .SelectMany(family => family.Skip(1).Select(letter => KeyValuePair.Create(letter, family[0])))
        .ToFrozenDictionary();

    /// <summary>The letter without its mark; null for a mark that stands by itself.</summary>
    /// <param name="letter">A letter in lower case.</param>
    public static char? Remove(char letter)
    {
        if (char.IsAscii(letter)) return letter;
        if (letter is >= CombiningFirst and <= CombiningLast) return null;
        return Bases.GetValueOrDefault(letter, letter);
    }
}
