using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.TestShared;
using Xunit.Abstractions;

namespace Millrace.Retrieval.Tests.Encoders;

/// <summary>Counts are llama.cpp's own, whatever the text.</summary>
public sealed class WordPieceMeterTests(BuiltInTokenizer tokenizer, ITestOutputHelper output) : IClassFixture<BuiltInTokenizer>
{
    // Nothing is assigned from here to there, so that samples will do.
    private const int PlanesWithoutLetters = 0x40000;
    private const int TagsPlane = 0xE0000;

    private static readonly string[] Fragments =
    [
        "the", "The", "refund", "naïve", "CAFÉ", "A\u030Angstro\u0308m", "İstanbul", "ǅ", "ﬁ", "ß", "ﬀ", "漢字", "仮",
        "한국어", "각", "ไทย", "हिन्दी",
        "مرحبا", "שָׁלוֹם", "\u202E", "\u200B", "\u200D", "\uFEFF", "\u00AD", "\u2060", "\0", "\u0001", "\u001F",
        "\u007F", "\u0085", "\uFFFD", "\uFFFE",
        "\uD800", "\uDC00", "😀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "☃", "€", "$", "√", "™", "½", "²", "Ⅷ", "Ｆｕｌｌ", "，", "。", "！",
        "「", "\u3000", "\u00A0", "\u2028", "\u2029",
        "\u2581", "▁the", "[CLS]", "[UNK]", "##ing", "<s>", "_", "-", "—", "…", "'", "’", "\"", "`", "^", "~", "|",
        "+", "=", "\\", "\t", "\n", "\r\n", " ", "  ",
        "z\u0301\u0302\u0303", "\u0301", "e\u0301", "\u0378", "\U0001D400", "𓀀", "\U000E0001", "3.14", "e.g.", "x",
        new string('a', 101), new string('b', 201),
        new string('é', 120), string.Concat(Enumerable.Repeat("refund", 60)), string.Concat(Enumerable.Repeat("a\u2581", 40)),
    ];

    [Fact]
    public void Count_EveryCodePoint_IsLlamas()
    {
        List<string> different = [];
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint += codePoint is >= PlanesWithoutLetters and < TagsPlane ? 251 : 1)
        {
            if (codePoint is >= 0xD800 and < 0xE000) continue;
            var character = char.ConvertFromUtf32(codePoint);
            var text = $"a{character}b {character}{character} th{character}e";
            if (tokenizer.Meter.Count(text) != tokenizer.Count(text)) different.Add($"U+{codePoint:X4}");
        }

        Assert.True(different.Count == 0, $"{different.Count}: {string.Join(' ', different.Take(40))}");
    }

    [Fact]
    public void Count_RandomText_IsLlamas()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var text = RandomText(random);
            AssertSame(text, i);
        }
    }

    [Fact]
    public void Count_SampleDocuments_IsLlamas()
    {
        var files = Directory.GetFiles(Path.Combine(RepoPaths.Root, "samples"), "*", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        foreach (var file in files) AssertSame(File.ReadAllText(file), Path.GetFileName(file));
    }

    [SharedDataFact("anthropic-docs/chunks.json")]
    public void Count_AnthropicDocs_IsLlamas() => AssertSameFor("anthropic-docs/chunks.json", "text", "chunk_heading");

    [SharedDataFact("pii/synth_dataset_v2.json")]
    public void Count_PersonalData_IsLlamas() => AssertSameFor("pii/synth_dataset_v2.json", "full_text");

    [SharedDataFact("cache/gptcache_pairs.json")]
    public void Count_QuestionPairs_IsLlamas() => AssertSameFor("cache/gptcache_pairs.json", "origin", "similar");

    [Fact]
    public async Task Measure_AnyRange_IsTheCountOfItsText()
    {
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            var text = RandomText(random) + RandomText(random);
            var measure = await tokenizer.Meter.MeasureAsync(text, CancellationToken.None);
            for (var range = 0; range < 40; range++)
            {
                var start = random.Next(text.Length);
                var end = random.Next(start + 1, text.Length + 1);
                Assert.Equal(tokenizer.Count(text[start..end]), measure.Count(start, end) + measure.AddedTokens);
            }
        }
    }

    [Fact]
    public async Task Measure_RangesOfLongWords_AreTheCountOfTheirText()
    {
        string[] units = ["x", "refund", "e\u0301", "\u0301", "😀", "Ünï", "\u2581", "\u2581the", "\uFFFD", "\uD800", "ไทย", "q", "ß"];
        var random = new Random(13);
        for (var i = 0; i < 60; i++)
        {
            var chosen = Enumerable.Range(0, random.Next(1, 4)).Select(_ => units[random.Next(units.Length)]).ToArray();
            var words = Enumerable.Range(0, 6).Select(
                _ => "a" + string.Concat(Enumerable.Range(0, random.Next(20, 300)).Select(_ => chosen[random.Next(chosen.Length)])) + "b");
            var text = string.Join(' ', words);
            var measure = await tokenizer.Meter.MeasureAsync(text, CancellationToken.None);
            for (var range = 0; range < 60; range++)
            {
                var start = random.Next(text.Length);
                var end = random.Next(start + 1, Math.Min(text.Length, start + 400) + 1);
                Assert.Equal(tokenizer.Count(text[start..end]), measure.Count(start, end) + measure.AddedTokens);
            }
        }
    }

    [Fact]
    public async Task CountAsync_Texts_AreInOrderWithTheAddedTokens() =>
        Assert.Equal([2, 3, 4], await tokenizer.Meter.CountAsync(["", "a", "a a"], CancellationToken.None));

    [Fact]
    public void Count_LongTextsOfEveryKind_TakesTimeInProportion()
    {
        foreach (var unit in new[] { "refund policy ", "abc", "漢", "😀", "é", "\u2581a", "a\u0301" })
        {
            var text = string.Concat(Enumerable.Repeat(unit, 200_000 / unit.Length));
            var watch = Stopwatch.StartNew();
            var tokens = tokenizer.Meter.Count(text);
            output.WriteLine($"{unit}: {tokens / watch.Elapsed.TotalSeconds:n0} tokens/s");
            Assert.Equal(tokenizer.Count(text), tokens);
        }
    }

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 14); i > 0; i--)
            text.Append(Fragments[random.Next(Fragments.Length)]).Append(random.Next(3) == 0 ? " " : "");
        return text.ToString();
    }

    private void AssertSameFor(string file, params string[] fields)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepoPaths.SharedData!, file)));
        var count = 0;
        foreach (var row in json.RootElement.EnumerateArray())
            foreach (var field in fields)
                AssertSame(row.GetProperty(field).GetString()!, $"{file}[{count++}]");
        Assert.True(count > 100);
    }

    private void AssertSame(string text, object name)
    {
        var (expected, actual) = (tokenizer.Count(text), tokenizer.Meter.Count(text));
        Assert.True(expected == actual, $"{name}: {expected} there, {actual} here: {JsonSerializer.Serialize(text)}");
    }
}
