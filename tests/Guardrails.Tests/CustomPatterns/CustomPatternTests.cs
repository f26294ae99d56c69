using System.Text;
using System.Text.RegularExpressions;
using Millrace.Guardrails.CustomPatterns;

namespace Millrace.Guardrails.Tests.CustomPatterns;

public sealed class CustomPatternTests
{
    private const int CharsMax = 1_024;

    [Theory]
    [InlineData("abc", "abcd", 3)]
    [InlineData("a|ab|abc", "abcd", 3)]
    [InlineData("a*b", "aaab", 4)]
    [InlineData("(?:ab)+", "ababa", 4)]
    [InlineData("a{2,3}", "aaaa", 3)]
    [InlineData("a{2,}", "a", 0)]
    [InlineData("[^0-9]+", "ab1", 2)]
    [InlineData("[\\d-]+", "12-3x", 4)]
    [InlineData("[a-]+", "a-b", 2)]
    [InlineData("\\.\\x41\\u0042", ".AB", 3)]
    [InlineData("é+", "ééx", 2)]
    [InlineData("a.c", "a\nc", 0)]
    [InlineData("TKT-\\d{4}", "TKT-12345", 8)]
    [InlineData("\\bTKT-\\d{4}\\b", "TKT-12345", 0)]
    [InlineData("\\bTKT-\\d{4,}\\b", "TKT-12345.", 9)]
    [InlineData("a\\\\", "a\\", 2)]
    public void Match_AtAPosition_IsTheLongest(string pattern, string text, int length) =>
        Assert.Equal(length, Compiled(pattern).Match(text, 0, isEnd: true, CharsMax));

    [Fact]
    public void Match_IgnoringCase_TakesBothCases()
    {
        var pattern = CustomPattern.Compile("[a-c]x|Straße", ignoreCase: true);

        Assert.Equal(2, pattern.Match("BX", 0, isEnd: true, CharsMax));
        Assert.Equal(6, pattern.Match("STRAßE", 0, isEnd: true, CharsMax));
    }

    [Theory]
    [InlineData("ab+", "ab", -1)]
    [InlineData("abc", "ab", -1)]
    [InlineData("ab?", "ab", 2)]
    [InlineData("ab?c?", "abd", 2)]
    [InlineData("ab\\b", "ab", -1)]
    [InlineData("abc", "xb", 0)]
    public void Match_BeforeTheEnd_KnowsWhenNothingLongerCanMatch(string pattern, string known, int answer) =>
        Assert.Equal(answer, Compiled(pattern).Match(known, 0, isEnd: false, CharsMax));

    [Fact]
    public void Match_LongerThanItsBound_IsCutThere() =>
        Assert.Equal(10, Compiled("a+").Match(new string('a', 50), 0, isEnd: false, 10));

    [Theory]
    [InlineData("(a", "not closed")]
    [InlineData("a)", "closes no group")]
    [InlineData("[a", "not closed")]
    [InlineData("[]", "empty")]
    [InlineData("[b-a]", "range")]
    [InlineData("*a", "nothing before it")]
    [InlineData("a**", "longest match")]
    [InlineData("a+?", "longest match")]
    [InlineData("a{2,1}", "above its second")]
    [InlineData("a{5000}", "counts to 1000")]
    [InlineData("a{x}", "repetition is")]
    [InlineData("^a", "not supported")]
    [InlineData("a$", "not supported")]
    [InlineData("(?=a)b", "look-around")]
    [InlineData("(?<n>a)", "look-around")]
    [InlineData("(a)\\1", "back-references")]
    [InlineData("a\\bb", "at the start or the end")]
    [InlineData("\\ba|b", "group")]
    [InlineData("\\p{L}", "not known")]
    [InlineData("\\xZZ", "hexadecimal")]
    [InlineData("a\\", "ends the pattern")]
    [InlineData("a*", "empty text")]
    [InlineData("[^\\s\\S]", "no character")]
    [InlineData("(((a{1000}){1000}){1000})", "states")]
    [InlineData("(((((){1000}){1000}){1000}){1000})a", "states")]
    [InlineData(".*a.{200}", "too many states")]
    [InlineData("", "empty")]
    public void Compile_WhatCannotBeMatchedInOnePass_IsRefusedWithARemedy(string pattern, string words)
    {
        var refusal = Assert.Throws<PatternException>(() => Compiled(pattern));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_GroupsInGroups_AreBounded() =>
        Assert.Throws<PatternException>(() => Compiled(new string('(', 40) + "a" + new string(')', 40)));

    [Fact]
    public void Match_RandomPatternsAndTexts_AgreesWithTheFramework()
    {
        var random = new Random(20_261_122);
        var compiled = 0;
        for (var round = 0; round < 400; round++)
        {
            var source = RandomPattern(random, 3);
            if (Compile(source) is not { } pattern) continue;
            compiled++;
            var regex = new Regex($@"\A(?:{source})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            for (var texts = 0; texts < 10; texts++)
            {
                var text = RandomText(random);
                for (var start = 0; start < text.Length; start++)
                    Assert.True(
                        Longest(regex, text[start..]) == pattern.Match(text, start, isEnd: true, CharsMax),
                        $"{source} on '{text}' at {start}");
            }
        }

        Assert.True(compiled >= 250, $"{compiled} patterns compiled");
    }

    [Fact]
    public void Match_KnownInParts_NeverTakesAnAnswerBack()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            if (Compile(RandomPattern(random, 3)) is not { } pattern) continue;
            var text = RandomText(random);
            var whole = pattern.Match(text, 0, isEnd: true, CharsMax);
            for (var known = 1; known <= text.Length; known++)
                Assert.Contains(pattern.Match(text.AsSpan(0, known), 0, isEnd: false, CharsMax), (int[])[-1, whole]);
        }
    }

    private static CustomPattern Compiled(string pattern) => CustomPattern.Compile(pattern, ignoreCase: false);

    private static CustomPattern? Compile(string pattern)
    {
        try
        {
            return Compiled(pattern);
        }
        catch (PatternException)
        {
            return null;
        }
    }

    private static int Longest(Regex regex, string text)
    {
        for (var length = text.Length; length > 0; length--)
            if (regex.IsMatch(text[..length])) return length;
        return 0;
    }

    private static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 10)).Select(_ => "abc1 \n"[random.Next(6)]));

    private static string RandomPattern(Random random, int depth)
    {
        string[] atoms = ["a", "b", "c", "1", ".", "\\d", "\\w", "\\s", "\\W", "[ab]", "[^a]", "[a-c1]", " "];
        if (depth == 0) return atoms[random.Next(atoms.Length)];

        var pattern = new StringBuilder();
        for (var parts = random.Next(1, 4); parts > 0; parts--)
        {
            var part = random.Next(3) == 0
                ? $"({RandomPattern(random, depth - 1)}|{RandomPattern(random, depth - 1)})"
                : random.Next(2) == 0 ? $"(?:{RandomPattern(random, depth - 1)})" : atoms[random.Next(atoms.Length)];
            string[] counts = ["", "", "", "?", "*", "+", "{2}", "{1,3}", "{2,}"];
            pattern.Append(part).Append(counts[random.Next(counts.Length)]);
        }

        return pattern.ToString();
    }
}
