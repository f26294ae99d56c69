using System.Text.RegularExpressions;
using Millrace.Retrieval.Index.Words;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Index.Words;

/// <summary>Words get the stems that the embedded index gives them.</summary>
public sealed partial class PorterStemmerTests
{
    private static readonly string[] Roots =
    [
        "", "a", "y", "by", "sky", "ag", "rat", "relat", "condit", "val", "hes", "digit", "conform", "radic", "differ", "vile",
        "analog", "vietnam", "predic", "oper", "feud", "decis", "hop", "hopp", "callous", "form", "sens", "sensit", "triplic", "electr",
        "good", "reviv", "allow", "infer", "airl", "gyroscop", "adjust", "defens", "irrit", "replac", "depend", "adopt", "commun",
        "activ", "angul", "homolog", "effect", "bowdler", "prob", "ceas", "contr", "roll", "fil", "tann", "fall", "hiss", "fizz",
        "fail", "agr", "f", "t", "ca", "du", "sy", "say", "enjoy", "conv", "xy", "ox", "box", "show", "toy", "str", "tr", "troubl",
        "conflat", "siz", "matt", "mess", "pr", "multipl",
    ];

    private static readonly string[] Endings =
    [
        "", "s", "es", "ss", "sses", "ies", "eed", "ed", "ing", "ly", "y", "e", "ee", "ll", "l", "at", "ate", "ational", "tional",
        "ation", "ations", "enci", "ency", "ance", "anci", "izer", "ize", "ized", "izing", "logi", "logy", "bli", "bly", "abli", "alli",
        "ally", "entli", "ently", "eli", "ely", "ousli", "ously", "ization", "ator", "alism", "iveness", "fulness", "ousness", "aliti",
        "ality", "iviti", "ivity", "biliti", "bility", "icate", "ative", "alize", "iciti", "icity", "ical", "ful", "ness", "al", "ence",
        "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "sion", "tion", "ou", "ism", "iti", "ity", "ous", "ive", "ow",
        "ay", "ying", "yed", "bled", "bling",
    ];

    public static IEnumerable<string> Built =>
        Roots.SelectMany(root => Endings.Select(ending => root + ending)).Where(word => word.Length > 0).Distinct(StringComparer.Ordinal);

    [Fact]
    public void Stem_EveryRootWithEveryEnding_IsThatOfTheEmbeddedIndex() => AssertSame([.. Built]);

    [Fact]
    public void Stem_WordsOfTheSamples_AreThoseOfTheEmbeddedIndex()
    {
        var texts = Directory.EnumerateFiles(Path.Combine(RepoPaths.Root, "samples"), "*.*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".md", StringComparison.Ordinal) || file.EndsWith(".json", StringComparison.Ordinal))
            .Select(File.ReadAllText);
        var words = texts.SelectMany(text => Word().Matches(text).Select(match => match.Value)).Distinct(StringComparer.Ordinal).ToList();

        Assert.True(words.Count > 1000, $"{words.Count} words");
        AssertSame(words);
    }

    [Fact]
    public void Stem_OtherScriptsMarksDigitsAndLongWords_AreThoseOfTheEmbeddedIndex() => AssertSame(
    [
        "Über", "naïve", "Résumés", "façades", "Ångström", "ČESKÝ", "ỹ", "Đà", "ø", "Straße", "cafe\u0301s", "Москва", "ёлки", "東京",
        "ΑΘΗΝΑ", "2024", "3rd", "x86", "b10068", "HTTP2", "I", "İstanbul", new string('a', 62) + "ing",
        new string('b', 30) + new string('a', 30) + "nesses", "generalizations", "OSCILLATORS", "skies", "dying", "news", "Controlled",
        "rolling", "ΑΘΗΝΑΣ", "Ἀθῆνας", "Αθήνας", "µm", "ſo",
    ]);

    private static void AssertSame(List<string> words)
    {
        var expected = FullTextStems.Of(words);
        var actual = words.Select(word => string.Join(' ', WordTokens.Of(word).Select(token => token.Stem)));
        var different = words.Zip(expected, actual).Where(row => row.Second != row.Third)
            .Select(row => $"{row.First}: {row.Second}, not {row.Third}").ToList();
        Assert.True(different.Count == 0, $"{different.Count} of {words.Count}:\n{string.Join('\n', different.Take(40))}");
    }

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Word();
}
