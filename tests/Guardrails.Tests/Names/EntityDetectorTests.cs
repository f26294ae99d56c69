using Millrace.Guardrails.Names;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Names;

/// <summary>What the tagger finds, and that it finds the same however a text is cut.</summary>
public sealed class EntityDetectorTests
{
    private const int LongChars = 20_000;

    private static readonly EntityDetector Detector = new();

    [Theory]
    [InlineData("My name is Ingrid Halvorsen and I live in Trondheim.", "entity.person", "Ingrid Halvorsen")]
    [InlineData("hi, this is tomasz kowalski, please call me back", "entity.person", "tomasz kowalski")]
    [InlineData("Please ask Aoife O'Sullivan-Byrne about the invoice.", "entity.person", "Aoife O'Sullivan-Byrne")]
    [InlineData("We flew from Ljubljana to Montevideo.", "entity.location", "Ljubljana")]
    [InlineData("He works for Brightwater Insurance as a plumber.", "entity.organisation", "Brightwater Insurance")]
    [InlineData("Send it to 48 Larkspur Avenue, Apt 7, please.", "entity.address", "48 Larkspur Avenue, Apt 7")]
    [InlineData("Ship to:\nEva Brandt\nLindenstraße 12\n50674 Köln\nGermany", "entity.address", "Lindenstraße 12\n50674 Köln\nGermany")]
    [InlineData("She is a Norwegian citizen.", "entity.nationality", "Norwegian")]
    [InlineData("Dear Mrs. Whitcombe, thank you for your letter.", "entity.title", "Mrs.")]
    public void Advance_TextWithEntity_FindsIt(string text, string rule, string entity) =>
        Assert.Contains((rule, entity), Found(text));

    [Theory]
    [InlineData("The kettle holds 1.7 litres and boils in 4 minutes.")]
    [InlineData("Press the Power button until the Status light turns green.")]
    [InlineData("Write a short poem about autumn leaves and broken promises.")]
    [InlineData("However, this does not work. Therefore, try again later.")]
    [InlineData("THE DOOR IS LOCKED. PLEASE USE THE OTHER DOOR.")]
    public void Advance_OrdinaryText_FindsNothing(string text) => Assert.Empty(Found(text));

    [Fact]
    public void Advance_CutAnywhere_FindsTheSame()
    {
        foreach (var text in Texts())
        {
            var whole = Run([text]);
            for (var cut = 1; cut < text.Length; cut++) AssertSame(whole, Run([text[..cut], text[cut..]]), text);
            AssertSame(whole, Run(text.Select(c => c.ToString())), text);
        }
    }

    [Theory]
    [InlineData("A ")]
    [InlineData(" ")]
    [InlineData("'")]
    [InlineData("o'B")]
    [InlineData("Anna")]
    [InlineData("12 Elm Street\n")]
    [InlineData("Mr. ")]
    [InlineData("\uD83D\uDE00")]
    public void Advance_EndlessUnit_HoldsBackWithinItsBound(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, LongChars / unit.Length));
        var detection = Detector.Begin();
        var (decided, heldMax) = (0, 0);
        for (var known = 1; known <= text.Length; known++)
        {
            decided += detection.Advance(text.AsSpan(decided, known - decided), 0, isEnd: false, new Collected(decided));
            heldMax = Math.Max(heldMax, known - decided);
        }

        Assert.InRange(heldMax, 0, Detector.CharsMax);
    }

    [Fact]
    public void Advance_Name_IsHeldBackForAFewWordsOnly()
    {
        const string Text = "My name is Maria Lindqvist and I would like to know";
        var found = new Collected(0);

        Detector.Begin().Advance(Text, 0, isEnd: false, found);

        Assert.Contains(found.Spans, span => Text[span.Start..span.End] == "Maria Lindqvist");
    }

    // Lines of the training's data are as good as any here: what matters is that there are many, of every kind.
    private static IEnumerable<string> Texts()
    {
        var folder = Path.Combine(RepoPaths.Root, "models", "guards", "data", "names");
        var lines = File.ReadLines(Path.Combine(folder, "templates.txt")).Concat(File.ReadLines(Path.Combine(folder, "negatives.txt")));
        foreach (var line in lines.Where(line => line.Length > 0))
            yield return line.Replace("{person}", "Maria O'Neill-Lindqvist", StringComparison.Ordinal)
                .Replace("{city}", "New York", StringComparison.Ordinal).Replace("{street}", "12 Elm St.", StringComparison.Ordinal)
                .Replace("\\n", "\n", StringComparison.Ordinal);
        yield return $"wide{new string(' ', 100)}gaps{new string('\n', 40)}and {new string('x', 100)} long words";
        yield return $"Anna{new string(' ', 17)}Berg";
        yield return "Emoji \uD83D\uDE00 between Anna \uD83D\uDE00 Berg, d'Angelo l'été O'N O'Ne o'neill's";
    }

    private static List<(string Rule, string Text)> Found(string text) =>
        [.. Run([text]).Select(span => (EntityTags.Rules[span.Kind], text[span.Start..span.End]))];

    private static void AssertSame(List<EntitySpan> whole, List<EntitySpan> pieces, string text) =>
        Assert.True(whole.SequenceEqual(pieces), $"'{text}' gives other findings in pieces");

    // As the filter does: what is decided is given away, the rest comes again with more.
    private static List<EntitySpan> Run(IEnumerable<string> pieces)
    {
        var detection = Detector.Begin();
        var found = new List<EntitySpan>();
        var (held, offset) = ("", 0);
        foreach (var piece in pieces)
        {
            held += piece;
            var decided = detection.Advance(held, 0, isEnd: false, new Collected(offset, found));
            (held, offset) = (held[decided..], offset + decided);
        }

        Assert.Equal(held.Length, detection.Advance(held, 0, isEnd: true, new Collected(offset, found)));
        return found;
    }
}
