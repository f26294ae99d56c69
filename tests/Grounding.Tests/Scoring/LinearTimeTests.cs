using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace Millrace.Grounding.Tests.Scoring;

/// <summary>The largest answers and contexts, ordinary ones and hostile ones, are judged in a time that a slow machine has.</summary>
public sealed class LinearTimeTests(ITestOutputHelper output)
{
    private const int AnswerChars = 50_000;
    private const int ContextChars = 4_000;
    private const int Contexts = 256;

    [Theory]
    [InlineData("prose", 30)]
    [InlineData("one word", 30)]
    [InlineData("numbers", 30)]
    [InlineData("one beginning", 30)]
    [InlineData("no stops", 30)]
    [InlineData("negations", 30)]
    public void Judge_LargestTexts_IsFast(string kind, double secondsMax)
    {
        string[] contexts = [.. Enumerable.Range(0, Contexts).Select(number => Text(kind, ContextChars, number))];
        var answer = Text(kind, AnswerChars, 7);
        var started = Stopwatch.GetTimestamp();

        var grounding = new AnswerGrounding(contexts);
        var read = Stopwatch.GetElapsedTime(started);
        var sentences = grounding.Judge(answer);

        var taken = Stopwatch.GetElapsedTime(started);
        output.WriteLine(
            $"{kind}: {sentences.Count} sentences in {taken.TotalMilliseconds:0} ms, of which reading {read.TotalMilliseconds:0} ms");
        Assert.NotEmpty(sentences);
        Assert.InRange(taken.TotalSeconds, 0, secondsMax);
    }

    private static string Text(string kind, int length, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder(length + 64);
        while (text.Length < length) text.Append(Piece(kind, random));
        text.Length = length;
        return text.ToString();
    }

    private static string Piece(string kind, Random random) => kind switch
    {
        "prose" => $"The {Word(random)} of {Word(random)} takes {random.Next(90)} days, and {Word(random)} is not {Word(random)}. ",
        "one word" => "harbour ",
        "numbers" => string.Create(CultureInfo.InvariantCulture, $"{random.Next(50)} euros, "),
        "one beginning" => $"begin{random.Next(1000)}s ",
        "no stops" => $"{Word(random)} ",
        _ => "not open, but never closed, ",
    };

    private static string Word(Random random)
    {
        const string Syllables = "kaloremitunaposivedugibafizo";
        return string.Concat(Enumerable.Range(0, 3).Select(_ => Syllables.Substring(2 * random.Next(14), 2)));
    }
}
