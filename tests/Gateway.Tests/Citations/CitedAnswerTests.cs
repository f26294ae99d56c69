using Millrace.Gateway.Citations;
using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.Tests.Citations;

public sealed class CitedAnswerTests
{
    private const int HeldCharsMax = 64;

    private static readonly RetrievedPassage[] Passages =
    [
        new(1, "shop", "a b/returns.md", 4, "Returns", [], "Intro. Items can be returned within 30 days. Sale items stay.", 50),
        new(2, "shop", "shipping.md", 1, "Shipping", [], "Parcels are tracked. Standard shipping takes three days.", 0),
    ];

    public static TheoryData<string, string> Answers => new()
    {
        { "Items can be returned within 30 days [1].", "Items can be returned within 30 days [1]." },
        { "Items can be returned within 30 days [2].", "Items can be returned within 30 days [1]." },
        { "Items can be returned within 30 days [7].", "Items can be returned within 30 days [1]." },
        { "Items can be returned within 30 days.[1] Bye", "Items can be returned within 30 days.[1] Bye" },
        { "Items can be returned within 90 days [1].", "Items can be returned within 90 days." },
        { "Items cannot be returned within 30 days [1].", "Items cannot be returned within 30 days." },
        { "The moon is made of cheese [1].", "The moon is made of cheese." },
        { "Yes. [1] Parcels are tracked. [2]", "Yes. Parcels are tracked. [2]" },
        { "Parcels are tracked. [2][1]", "Parcels are tracked. [2]" },
        { "Parcels are tracked [1, 2].", "Parcels are tracked [2]." },
        { "Parcels are tracked [2], or so [9].", "Parcels are tracked [2], or so." },
        {
            "Items can be returned within 30 days [2] and parcels are tracked [1].",
            "Items can be returned within 30 days [1] and parcels are tracked [2]."
        },
        { "[1] says items can be returned within 30 days. Bye", "[1] says items can be returned within 30 days. Bye" },
        { "[2] says items can be returned within 30 days. Bye", "[1] says items can be returned within 30 days. Bye" },
        { "[3] says the moon is made of cheese. Bye", " says the moon is made of cheese. Bye" },
        { "According to [1], parcels are tracked.", "According to [2], parcels are tracked." },
        { "Parcels are tracked.\n[2]\nBye", "Parcels are tracked.\n[2]\nBye" },
        { "Hello.\n[2] Parcels are tracked. [2]", "Hello.\n[2] Parcels are tracked. [2]" },
        { "Parcels are tracked[2].", "Parcels are tracked[2]." },
        { "Write array[1] and x[2] = 3", "Write array[1] and x[2] = 3" },
        { "See [1](http://a.example) and ![2](b.png)", "See [1](http://a.example) and ![2](b.png)" },
        { "[1]: http://a.example", "[1]: http://a.example" },
        { "`parcels are tracked [2]` and [[2]]", "`parcels are tracked [2]` and [[2]]" },
        { "`[2]` and ``a ` [2]``", "`[2]` and ``a ` [2]``" },
        { "```\nParcels are tracked. [2]\n```\nParcels are tracked. [1]", "```\nParcels are tracked. [2]\n```\nParcels are tracked. [2]" },
        { "In [2026], [0], [01] and [101] nothing.", "In [2026], [0], [01] and [101] nothing." },
        { "Two  blanks   [x] stay [ 1 ] ", "Two  blanks   [x] stay [ 1 ] " },
        { "Open [1", "Open [1" },
        { "Open [", "Open [" },
        { "", "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Push_AnySplit_ShowsTheSame(string said, string expected)
    {
        for (var size = 1; size <= Math.Max(1, said.Length); size++)
        {
            var answer = Cite(Pieces(said, size), out var shown);
            Assert.Equal(expected, shown);
            Assert.Equal(expected, answer.Text);
            AssertResolve(answer);
        }
    }

    [Fact]
    public void Push_RandomAnswers_AreTheSameHoweverTheyArrive()
    {
        var random = new Random(7);
        string[] words =
        [
            "Items can be returned within 30 days", "parcels are tracked", "the moon", "[1]", "[2]", "[1, 2]", "[9]", "[0]", ".", ". ",
            "\n", " ", "`", "```", "(x)", "a[1]", "According to", ", ", "! ", "[", "]", "1", "Dr. ", "- ",
        ];
        for (var round = 0; round < 400; round++)
        {
            var said = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => words[random.Next(words.Length)]));
            var whole = Cite([said], out var shown);
            var pieces = new List<string>();
            for (var at = 0; at < said.Length;)
            {
                var size = Math.Min(said.Length - at, random.Next(1, 12));
                pieces.Add(said.Substring(at, size));
                at += size;
            }

            var parts = Cite(pieces, out var streamed);
            Assert.Equal(shown, streamed);
            Assert.Equal(whole.Citations, parts.Citations);
            Assert.Equal(whole.Counts, parts.Counts);
            AssertResolve(parts);
        }
    }

    [Fact]
    public void Push_Citations_TellWhatSupportsAndWhatBecameOfTheMarkers()
    {
        var answer = Cite(
            ["Items can be returned within 30 days [2]. Standard shipping takes three days.[2] The moon is made of cheese [1]."], out _);

        Assert.Equal(new CitationCounts(Kept: 1, Moved: 1, Dropped: 1), answer.Counts);
        Assert.Equal([1, 2], answer.Citations.Select(citation => citation.Number));
        var first = answer.Citations[0];
        Assert.Equal(
            ("Items can be returned within 30 days", 57, 36, 4, 1.0),
            (first.Quote, first.SourceStart, first.SourceLength, first.DocumentVersion, first.Supported));
        Assert.Equal("/v1/collections/shop/documents/a%20b/returns.md/text?version=4&start=57&length=36", first.Url);
    }

    [Fact]
    public void Push_PartialMarker_IsHeldBackAndNothingElse()
    {
        var answer = Answer();

        Assert.Equal("Parcels are tracked", answer.Push("Parcels are tracked [2"));
        Assert.Equal("", answer.Push("]"));
        Assert.Equal(" [2] no", answer.Push(" no"));
        Assert.Equal("", answer.Push(" "));
        Assert.Equal(" [x", answer.Push("[x"));
    }

    [Fact]
    public void Push_MarkerInFront_WaitsForItsSentenceOnly()
    {
        var answer = Answer();

        Assert.Equal("", answer.Push("[1] says that parcels are tracked."));
        Assert.Equal("[2] says that parcels are tracked. A", answer.Push(" A"));
        Assert.Equal("nd more", answer.Push("nd more"));
    }

    [Fact]
    public void Push_MarkerInFrontOfALongSentence_WaitsNoLongerThanAllowed()
    {
        var answer = Answer();

        var shown = answer.Push("[1] " + new string('x', HeldCharsMax));

        Assert.NotEmpty(shown);
    }

    [Fact]
    public void Judge_WordsAGuardHasMasked_KeepTheCitationOfAVerbatimAnswer()
    {
        var verifier = new CitationVerifier(new CitationOptions(), isHeldToSource: true);
        var answer = new CitedAnswer(new SourceText(Passages), verifier, HeldCharsMax);

        answer.Push("Items of [PERSON] are [EMAIL]. [1]");
        answer.Finish();

        Assert.Equal(1, Assert.Single(answer.Citations).Number);
    }

    private static CitedAnswer Answer() =>
        new(new SourceText(Passages), new CitationVerifier(new CitationOptions()), HeldCharsMax);

    private static CitedAnswer Cite(IEnumerable<string> pieces, out string shown)
    {
        var answer = Answer();
        shown = string.Concat(pieces.Select(answer.Push)) + answer.Finish();
        return answer;
    }

    private static IEnumerable<string> Pieces(string text, int size) => text.Chunk(size).Select(chunk => new string(chunk));

    // What a citation says can be looked up: the marker in the answer, and the quote in the document's text.
    private static void AssertResolve(CitedAnswer answer)
    {
        foreach (var citation in answer.Citations)
        {
            Assert.Contains($"{citation.Number}", answer.Text[citation.Start..citation.End], StringComparison.Ordinal);
            Assert.Equal(('[', ']'), (answer.Text[citation.Start], answer.Text[citation.End - 1]));
            var passage = Passages[citation.Number - 1];
            Assert.Equal(citation.Quote, passage.Text.Substring(citation.SourceStart - passage.Start, citation.SourceLength));
            Assert.InRange(citation.Supported, 0.5, 1);
        }
    }
}
