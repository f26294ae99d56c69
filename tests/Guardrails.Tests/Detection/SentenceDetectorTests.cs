using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Detection;

public sealed class SentenceDetectorTests
{
    private static readonly RuleSet Flagging = Scan.Rules(
        new Dictionary<string, RuleAction> { [Sentences.Rule] = RuleAction.Flag }, detectors: [new Sentences()]);

    [Theory]
    [InlineData("One. Two! Three?", "One.|Two!|Three?")]
    [InlineData("It costs 3.50 now. Pay.", "It costs 3.50 now.|Pay.")]
    [InlineData("He said \"Stop.\" Then he left.", "He said \"Stop.\"|Then he left.")]
    [InlineData("Wait... what?! Yes.", "Wait...|what?!|Yes.")]
    [InlineData("Title\n\nbody of text", "Title|body of text")]
    [InlineData("wrapped\nline goes on\nNext one", "wrapped\nline goes on|Next one")]
    [InlineData("你好。再见！", "你好。|再见！")]
    [InlineData("  \n ", "")]
    [InlineData("", "")]
    public void Sentences_OfText_AreJudgedOnce(string text, string expected)
    {
        Assert.Equal(expected, string.Join('|', Judged([text])));
        Assert.Equal(expected, string.Join('|', Judged(text.Select(c => c.ToString()))));
        for (var at = 0; at <= text.Length; at++) Assert.Equal(expected, string.Join('|', Judged([text[..at], text[at..]])));
    }

    [Fact]
    public void Sentence_WithoutEnd_IsJudgedInBoundedParts()
    {
        var text = string.Concat(Enumerable.Repeat("word ", 1000));

        var whole = Judged([text]).ToList();

        Assert.Equal(whole, Judged(text.Select(c => c.ToString())));
        Assert.All(whole, sentence => Assert.InRange(sentence.Length, 1, SentenceDetector.SentenceCharsMax));
        Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), string.Concat(whole).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void HeldText_OfSentences_IsBounded()
    {
        var outcome = Scan.Pieces(Flagging, new string('x', 3000).Select(c => c.ToString()));

        Assert.InRange(outcome.HeldMax, SentenceDetector.SentenceCharsMax - 1, Flagging.HeldCharsMax);
    }

    private static IEnumerable<string> Judged(IEnumerable<string> pieces)
    {
        var list = pieces.ToList();
        var text = string.Concat(list);
        return Scan.Pieces(Flagging, list).Findings.Select(finding => text.Substring(finding.Start, finding.Length));
    }

    private sealed class Sentences : SentenceDetector
    {
        public const string Rule = "test.sentence";

        public override IReadOnlyList<string> Rules { get; } = [Rule];

        public override void Judge(ReadOnlySpan<char> sentence, ICandidates found) => found.Add(0, 0, sentence.Length, 1);
    }
}
