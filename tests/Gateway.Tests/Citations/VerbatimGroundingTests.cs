using System.Text.RegularExpressions;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.Tests.Citations;

public sealed partial class VerbatimGroundingTests
{
    private const string Refusal = "I don't have enough information to answer that.";

    private static readonly RetrievedPassage[] Passages =
    [
        Passage(1, "# Returns\n\nItems can be returned within 30 days. Refunds take five working days, e.g. by card."),
        Passage(2, "Call Dr. Smith at extension 12.\n- The shop opens at nine.\n- It closes at six!"),
        Passage(3, "Items can be returned within 30 days. Parcels\nare   tracked."),
    ];

    [Theory]
    [InlineData("Items can be returned within 30 days. [1]", "Items can be returned within 30 days. [1]")]
    [InlineData("Items can be returned within 30 days. [3]", "Items can be returned within 30 days. [3]")]
    [InlineData("Items can be returned within 30 days. [2]", "Items can be returned within 30 days. [1]")]
    [InlineData("items can be  returned within 30 days.", "Items can be returned within 30 days. [1]")]
    [InlineData("Items can be returned within 30 days [1].", "Items can be returned within 30 days. [1]")]
    [InlineData("Parcels are tracked. [3]", "Parcels\nare   tracked. [3]")]
    [InlineData("Call Dr. Smith at extension 12. [2]", "Call Dr. Smith at extension 12. [2]")]
    [InlineData("Items can be returned within 90 days. [1]", "Items can be returned within 30 days. [1]")]
    [InlineData("The moon is made of cheese. [1]", Refusal)]
    [InlineData("The moon is made of cheese. [1] The shop opens at nine. [1]", "The shop opens at nine. [2]")]
    [InlineData("The shop opens at nine. [2] It closes at six! [2]", "The shop opens at nine. [2] It closes at six! [2]")]
    [InlineData(Refusal, Refusal)]
    [InlineData(Refusal + " The shop opens at nine. [2]", "The shop opens at nine. [2]")]
    [InlineData("The", Refusal)]
    [InlineData("", Refusal)]
    [InlineData("The shop opens at [2", "The shop opens at nine. [2]")]
    public void Ground_Answer_KeepsWhatStandsInThePassages(string said, string expected) =>
        Assert.Equal(expected, Ground(Pieces(said, said.Length)));

    [Fact]
    public void Ground_AnySplit_GivesTheSame()
    {
        string[] answers =
        [
            "The shop opens at nine. [1] Call Dr. Smith at extension 12. [2] The moon is cheese. [3]",
            "Refunds take five working days, e.g. by card. [1][3] Parcels are tracked [3].\n\nIt closes at six! [2, 3] Bye",
            "Items can be returned within 90 days.[1] \"Parcels are tracked.\" [12] 1. The shop opens at nine. [",
        ];
        foreach (var answer in answers)
        {
            var whole = Ground([answer]);
            for (var first = 0; first <= answer.Length; first++)
                for (var second = first; second <= answer.Length; second++)
                    Assert.Equal(whole, Ground([answer[..first], answer[first..second], answer[second..]]));
            for (var size = 1; size < 9; size++) Assert.Equal(whole, Ground(Pieces(answer, size)));
        }
    }

    [Fact]
    public void Ground_AnyWords_SaysNothingThatNoPassageSays()
    {
        var random = new Random(5);
        string[] words =
        [
            .. Passages.SelectMany(passage => passage.Text.Split(' ', '\n')),
            "[1]", "[2]", "[3]", "[7]", "moon", "90", "not", ".", "!", "\n", "[", "[1",
        ];
        for (var round = 0; round < 2000; round++)
        {
            var said = string.Join(' ', Enumerable.Range(0, random.Next(1, 25)).Select(_ => words[random.Next(words.Length)]));
            var answer = Ground(Pieces(said, random.Next(1, 12)));
            if (answer == Refusal) continue;

            foreach (var claim in Marker().Split(answer).Where(part => part.Length > 0))
                Assert.Contains(Passages, passage => passage.Text.Contains(claim.Trim(), StringComparison.Ordinal));
            Assert.Matches(@"\[[123]\]$", answer);
        }
    }

    [GeneratedRegex(@" \[\d+\] ?")]
    private static partial Regex Marker();

    private static RetrievedPassage Passage(int number, string text) => new(number, "c", $"{number}.md", 1, $"Title {number}", [], text, 0);

    private static string Ground(IEnumerable<string> pieces)
    {
        var grounding = new VerbatimGrounding(new SourceText(Passages), Refusal);
        return string.Concat(pieces.Select(grounding.Push)) + grounding.Finish();
    }

    private static IEnumerable<string> Pieces(string text, int size) =>
        text.Length == 0 ? [] : text.Chunk(Math.Max(1, size)).Select(chunk => new string(chunk));
}
